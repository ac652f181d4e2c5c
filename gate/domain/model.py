"""The one base of every domain value: frozen, closed to unknown fields, validated when built."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """An immutable value. An unknown field is an error: a misspelt rule must not silently be no rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="constants")
