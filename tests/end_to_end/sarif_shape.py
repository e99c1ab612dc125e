"""What SARIF 2.1.0 (OASIS standard, section 3) demands of the objects that we write: which properties there may be, which
there must be, their types and their closed lists of values. Written from the standard's text; the JSON schema itself is not
on this machine. Properties that the standard has and we never write are left out, so a new one fails here first."""
import re

STRING, INTEGER = "string", "integer"
MESSAGE = {"text": (STRING, True)}
ARTIFACT_LOCATION = {"uri": (STRING, False), "uriBaseId": (STRING, False), "index": (INTEGER, False)}
REGION = {"startLine": (INTEGER, False), "startColumn": (INTEGER, False)}
PHYSICAL = {"artifactLocation": (ARTIFACT_LOCATION, True), "region": (REGION, False)}
LOCATION = {"id": (INTEGER, False), "physicalLocation": (PHYSICAL, False), "message": (MESSAGE, False)}
RULE = {"id": (STRING, True), "name": (STRING, False), "shortDescription": (MESSAGE, False)}
DRIVER = {"name": (STRING, True), "version": (STRING, False), "rules": ([RULE], False)}
RESULT = {
    "ruleId": (STRING, False),
    "ruleIndex": (INTEGER, False),
    "kind": (("notApplicable", "pass", "fail", "review", "open", "informational"), False),
    "level": (("none", "note", "warning", "error"), False),
    "message": (MESSAGE, True),
    "locations": ([LOCATION], False),
    "relatedLocations": ([LOCATION], False),
    "partialFingerprints": ({"portolanFunction/v1": (STRING, False)}, False),
}
RUN = {
    "tool": ({"driver": (DRIVER, True)}, True),
    "columnKind": (("utf16CodeUnits", "unicodeCodePoints"), False),
    "results": ([RESULT], False),
}
LOG = {"$schema": (STRING, False), "version": (("2.1.0",), True), "runs": ([RUN], True)}


def problems(value, shape=None, path="log"):
    """What is wrong, one line each."""
    shape = LOG if shape is None else shape
    if shape == STRING:
        return [] if isinstance(value, str) else [f"{path}: no string"]
    if shape == INTEGER:
        return [] if isinstance(value, int) and not isinstance(value, bool) else [f"{path}: no integer"]
    if isinstance(shape, tuple):
        return [] if value in shape else [f"{path}: {value!r} is none of {shape}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{path}: no array"]
        return [line for i, item in enumerate(value) for line in problems(item, shape[0], f"{path}[{i}]")]
    if not isinstance(value, dict):
        return [f"{path}: no object"]
    found = [f"{path}.{name}: no such property" for name in value if name not in shape]
    found += [f"{path}.{name}: missing" for name, (_, needed) in shape.items() if needed and name not in value]
    for name, (inner, _) in shape.items():
        if name in value:
            found += problems(value[name], inner, f"{path}.{name}")
    return found + rules_of_values(value, path)


def rules_of_values(value, path):
    """What the standard says of single values beyond their types."""
    found = []
    if value.get("startLine", 1) < 1:
        found.append(f"{path}.startLine: lines count from 1 (3.30.5)")
    if "uri" in value and not re.fullmatch(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*", value["uri"]):
        found.append(f"{path}.uri: no RFC 3986 reference (3.10.1): {value['uri']}")
    if "kind" in value and "level" in value and value["kind"] != "fail" and value["level"] != "none":
        found.append(f"{path}: the level is none unless kind is fail (3.27.10)")
    for result in value.get("results", ()):
        rules = value["tool"]["driver"].get("rules", [])
        index = result.get("ruleIndex", -1)
        if not -1 <= index < len(rules) or (index >= 0 and rules[index]["id"] != result.get("ruleId")):
            found.append(f"{path}: ruleIndex {index} is not the rule '{result.get('ruleId')}' (3.27.6)")
    return found
