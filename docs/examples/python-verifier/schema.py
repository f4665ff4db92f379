"""As much of JSON Schema as docs/schema/receipt.schema.json uses."""

import re

_TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}


def complaint(schema, value, path="receipt"):
    """Why a value is not of the schema, None when it is."""
    for name, most in (("anyOf", None), ("oneOf", 1)):
        if name in schema:
            found = [complaint(each, value, path) for each in schema[name]]
            holding = found.count(None)
            return None if holding and (most is None or holding <= most) else found[0]
    if "const" in schema and value != schema["const"]:
        return f"{path} is not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{path} is none of {schema['enum']}"
    kind = schema.get("type")
    if kind == "integer":
        if type(value) is not int:
            return f"{path} is no whole number"
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            return f"{path} is out of its range"
        return None
    if kind and type(value) is not _TYPES[kind]:
        return f"{path} is no {kind}"
    return {"object": _object, "array": _array, "string": _string}.get(kind, _nothing)(schema, value, path)


def _nothing(_schema, _value, _path):
    return None


def _string(schema, value, path):
    units = len(value.encode("utf-16-le")) // 2
    if not schema.get("minLength", 0) <= units <= schema.get("maxLength", units):
        return f"{path} is of another length"
    # ECMAScript's $ is the very end; Python's also matches before a last line feed
    if "pattern" in schema and not re.search(schema["pattern"].removesuffix("$") + r"\Z", value, re.ASCII):
        return f"{path} is written in another form"
    return None


def _array(schema, value, path):
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return f"{path} has another number of entries"
    for i, entry in enumerate(value):
        found = complaint(schema["items"], entry, f"{path}.{i}")
        if found:
            return found
    return None


def _object(schema, value, path):
    known = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            return f"{path}.{name} is missing"
    for name, member in value.items():
        if "propertyNames" in schema:
            found = complaint(schema["propertyNames"], name, f"a name in {path}")
            if found:
                return found
        if name not in known and schema.get("additionalProperties") is False:
            return f"{path} has an unknown member"
        found = complaint(known.get(name, schema.get("additionalProperties", {})), member, f"{path}.{name}")
        if found:
            return found
    return None
