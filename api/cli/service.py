"""``wangge serve``: the same, live."""

from typing import Annotated

import typer

from geo.errors import BadInput

app = typer.Typer()
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址 Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 Port.")] = 8000,
    workers: Annotated[int, typer.Option(help="进程数 Processes.", min=1)] = 1,
) -> None:
    """启动网页与接口 Serve pages and the API."""
    import uvicorn

    if host not in LOOPBACK:
        raise BadInput(
            f"{host} can be reached by others, and this version has no log-in yet",
            zh=f"{host} 可被他人访问，而本版本尚无登录功能",
            hint="serve on 127.0.0.1, behind a gateway of your own that checks who asks",
            hint_zh="请在 127.0.0.1 上运行，并由带身份验证的网关转发",
        )
    uvicorn.run(
        "api.http:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
    )
