"""Forms read from the address: checked in one go, and described for the OpenAPI document.

The framework checks parameter by parameter, which takes longer than finding the way to a
station. A question that is asked many times a second is read here instead.
"""

from collections.abc import Callable, Coroutine, Iterable, Iterator, Set
from typing import Any, TypeVar

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from geo.errors import BadInput

Asked = TypeVar("Asked", bound=BaseModel)


class Straight(APIRoute):
    """A route whose endpoint takes the request and gives the response, and nothing between."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the endpoint itself; it must be a coroutine function of one request."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


def read(form: type[Asked], request: Request) -> Asked:
    """Build a form from the parameters of an address.

    Raises
    ------
    BadInput
        When there is a parameter that the form does not have.
    RequestValidationError
        With every other fault, as the framework tells them.
    """
    told = request.query_params
    names = {field.alias or name for name, field in form.model_fields.items()}
    refuse_unknown(told.keys(), names)
    try:
        return form.model_validate({name: told[name] for name in names if name in told})
    except ValidationError as faults:
        errors = [{**fault, "loc": ("query", *fault["loc"])} for fault in faults.errors()]
        raise RequestValidationError(errors) from None


def known_only(request: Request) -> None:
    """Refuse a request with a parameter that its route does not have: a slip must not be silent.

    Raises
    ------
    BadInput
        Naming what is not known, and what is.
    """
    if request.query_params:
        route: APIRoute = request.scope["route"]
        refuse_unknown(request.query_params.keys(), set(_names(route.dependant)))


def refuse_unknown(told: Iterable[str], names: Set[str]) -> None:
    """Refuse names that are not among those known."""
    if strange := [name for name in told if name not in names]:
        known = ", ".join(sorted(names)) or "none"
        raise BadInput(
            f"unknown parameter {', '.join(strange)}",
            zh=f"没有参数 {'、'.join(strange)}",
            where=strange,
            hint=f"known here: {known}",
            hint_zh=f"可用参数：{known}",
        )


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for part in dependant.dependencies:
        yield from _names(part)


def parameters(form: type[BaseModel]) -> list[dict[str, Any]]:
    """Describe the fields of a form as parameters of an address (OpenAPI 3.1)."""
    schema = form.model_json_schema()
    must = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in must,
            "schema": field,
            "description": field.get("description", ""),
        }
        for name, field in schema["properties"].items()
    ]
