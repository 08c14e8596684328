"""``python -m api.cli``: the command without its installed name."""

from api.cli import main

main()
