"""How many answers a second a service gives: asked by ``wrk``, or from Python without it."""

import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from served import Client

CONNECTIONS = 8
WRK = """
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
local at = math.random(#paths)
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at], {["Accept-Encoding"] = os.getenv("PACKS")})
end
"""


def rate(port: int, paths: list[str], seconds: float, packs: str = "gzip") -> tuple[float, float]:
    """Ask for a while over eight connections; give answers a second and how many they were."""
    if shutil.which("wrk") is None:
        return _from_python(port, paths)
    with tempfile.TemporaryDirectory() as folder:
        script, list_ = Path(folder) / "ask.lua", Path(folder) / "paths"
        script.write_text(WRK)
        list_.write_text("\n".join(paths))
        said = subprocess.run(
            ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "60s", "-s",
             str(script), f"http://127.0.0.1:{port}"],
            env={**os.environ, "PATHS": str(list_), "PACKS": packs},
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
    if bad := re.search(r"(?:Non-2xx|Socket errors).*", said):
        print(f"    port {port}: {bad[0]}")
    count = int(re.search(r"(\d+) requests in", said)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), count


def _from_python(port: int, paths: list[str]) -> tuple[float, float]:
    count = max(CONNECTIONS, len(paths))

    def one() -> None:
        client = Client(port)
        for _ in range(count // CONNECTIONS):
            if (status := client.ask(random.choice(paths))) != 200:
                raise RuntimeError(f"port {port} answers {status}")

    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for done in [pool.submit(one) for _ in range(CONNECTIONS)]:
            done.result()
    return count / (time.perf_counter() - begun), count
