"""pygeoapi as a peer: served by uvicorn over a copy of the micro-grids in EPSG:4326.

It does not take coordinates in EPSG:4490 (`axis order`), so that it is given a table of its own.
"""

import json
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

SERVE = """
import sys, uvicorn
from pygeoapi.starlette_app import APP
APP.debug = False
uvicorn.run(APP, port=int(sys.argv[1]), log_level="error", access_log=False, loop="uvloop",
            http="httptools")
"""
COPY = """
create table if not exists bench_areas_4326 as
    select fid, code, name, kind, st_setsrid(geom, 4326) as geom from areas
    where died is null and level = 'microgrid';
alter table bench_areas_4326 drop constraint if exists bench_areas_4326_pkey;
alter table bench_areas_4326 add constraint bench_areas_4326_pkey primary key (fid);
create index if not exists bench_areas_4326_geom on bench_areas_4326 using gist (geom);
analyze bench_areas_4326;
"""


def described(url: str, port: int, folder: Path) -> dict[str, str]:
    """Copy the table, write what pygeoapi wants to be told, and give its environment."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(COPY)
    told = urlsplit(url)
    asked = dict(parse_qsl(told.query))
    here = f"http://127.0.0.1:{port}"
    config = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": here, "mimetype": "application/json",
            "encoding": "utf-8", "gzip": False, "languages": ["en-US"], "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10000},
            "map": {"url": "about:blank", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": "bench", "description": "bench", "keywords": ["bench"],
                               "keywords_type": "theme", "terms_of_service": "none", "url": here},
            "license": {"name": "none", "url": here},
            "provider": {"name": "bench", "url": here},
            "contact": {"name": "bench"},
        },
        "resources": {
            "microgrid": {
                "type": "collection", "title": "bench", "description": "bench", "keywords": ["b"],
                "extents": {"spatial": {"bbox": [-180, -90, 180, 90],
                                        "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
                "providers": [{
                    "type": "feature", "name": "PostgreSQL", "table": "bench_areas_4326",
                    "id_field": "fid", "geom_field": "geom",
                    "data": {
                        "host": asked.get("host", told.hostname), "port": asked.get("port", 5432),
                        "dbname": told.path.strip("/"), "user": told.username,
                        "password": told.password or "", "search_path": ["public"],
                    },
                }],
            }
        },
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    told_in, api_in = folder / "pygeoapi.yml", folder / "openapi.yml"
    told_in.write_text(json.dumps(config))  # JSON is YAML
    api_in.write_text(json.dumps({"openapi": "3.0.2", "info": {"title": "b"}, "paths": {}}))
    return {"PYGEOAPI_CONFIG": str(told_in), "PYGEOAPI_OPENAPI": str(api_in)}
