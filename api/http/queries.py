"""Forms read from the address: checked in one go, and described for the OpenAPI document.

The framework checks parameter by parameter, which takes longer than finding the way to a
station. A question that is asked many times a second is read here instead.
"""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

Asked = TypeVar("Asked", bound=BaseModel)


class Straight(APIRoute):
    """A route whose endpoint takes the request and gives the response, and nothing between."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the endpoint itself; it must be a coroutine function of one request."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


def read(form: type[Asked], request: Request) -> Asked:
    """Build a form from the parameters of an address; those that it does not know are ignored.

    Raises
    ------
    RequestValidationError
        With every fault, as the framework tells them.
    """
    told = request.query_params
    names = (field.alias or name for name, field in form.model_fields.items())
    try:
        return form.model_validate({name: told[name] for name in names if name in told})
    except ValidationError as faults:
        errors = [{**fault, "loc": ("query", *fault["loc"])} for fault in faults.errors()]
        raise RequestValidationError(errors) from None


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
