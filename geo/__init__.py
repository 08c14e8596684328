"""What Wangge knows: places, networks, coverage, groups, and where they are kept."""
