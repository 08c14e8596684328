# 两条命令 The two commands: make demo, make test. Everything else is for daily work.
.PHONY: demo serve test check walls peers bench bench-serving docs setup clean
VENV := .venv/bin
export PYTHONDONTWRITEBYTECODE :=

setup:
	@deploy/setup

demo: setup
	@$(VENV)/wangge demo --out out

serve: setup
	@$(VENV)/wangge serve

test: setup
	@$(VENV)/ruff check --quiet .
	@$(VENV)/lint-imports --verbose >/dev/null || $(VENV)/lint-imports
	@if [ -n "$$WANGGE_SHARED_DATA" ] || [ -d ../shared/data ]; then \
		$(VENV)/pytest -n 2 --dist loadfile; \
	else \
		echo "没有 ../shared/data：不运行读真实数据的测试。No ../shared/data here: the tests on real data (-m real) are left out."; \
		$(VENV)/pytest -n 2 --dist loadfile -m "not real"; \
	fi

check: setup
	$(VENV)/ruff format --check --quiet .
	$(VENV)/ruff check --quiet .
	$(VENV)/mypy
	$(MAKE) --no-print-directory walls
	$(VENV)/pytest -q tests/geo

walls:
	@$(VENV)/lint-imports

# The peers that the benches measure beside us are installed only here.
peers: setup
	@$(VENV)/pip install --quiet --constraint constraints.txt --constraint tests/bench/constraints.txt --editable '.[bench]'

bench: peers
	@for script in tests/bench/bench_*.py; do $(VENV)/python $$script; done

# The parts of serving: tiles and features beside their peers in one run each, then search.
bench-serving: peers
	@for part in serving items search; do $(VENV)/python tests/bench/bench_$$part.py; done

bench-%: peers
	@$(VENV)/python tests/bench/bench_$*.py

docs: setup
	@$(VENV)/typer api.cli utils docs --name wangge --output docs/commands.md

clean:
	rm -rf out .venv node_modules maps/static/vendor
