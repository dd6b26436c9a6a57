"""What the drivers of Python's clients share: requests in, answers out, values in their neutral form.

A driver is an object with `open`, `set` and `get`, and what else its client can do. The protocol is
told in driver.ts, the neutral form in description.ts.
"""

import base64
import json
import sys

MISSING = object()


def natural(description):
    """The value that a Python program would store."""
    kind, content = description["type"], description.get("content")
    match kind:
        case "null":
            return None
        case "bytes":
            return base64.b64decode(content)
        case "integer":
            return int(content)
        case "float":
            return float(content)
        case "list":
            return [natural(item) for item in content]
        case "map":
            return {key: natural(item) for key, item in content.items()}
        case _:
            return content


def describe(value):
    """What a Python program would see."""
    match value:
        case None:
            return {"type": "null"}
        case bool():
            return {"type": "boolean", "content": value}
        case int():
            return {"type": "integer", "content": str(value)}
        case float():
            return {"type": "float", "content": repr(value)}
        case str():
            return {"type": "text", "content": value}
        case bytes():
            return {"type": "bytes", "content": base64.b64encode(value).decode()}
        case list() | tuple():
            return {"type": "list", "content": [describe(item) for item in value]}
        case dict():
            content = {str(key): describe(item) for key, item in value.items()}
            return {"type": "map", "content": content}
        case _:
            return {"type": "other", "content": type(value).__name__}


class ClientDriver:
    """What clients in the manner of pylibmc have alike. `open` sets `client`."""

    def get(self, key):
        return self.client.get(key, MISSING)

    def incr(self, key, by):
        return str(self.client.incr(key, by))

    def decr(self, key, by):
        return str(self.client.decr(key, by))

    def append(self, key, text):
        return self.client.append(key, text)

    def gets(self, key):
        value, self.token = self.client.gets(key)
        return value

    def cas(self, key, value):
        return self.client.cas(key, value, self.token)


def serve(driver):
    for line in sys.stdin:
        request = json.loads(line)
        operation = request.pop("operation")
        try:
            answer({"result": perform(driver, operation, request)})
        except NotImplementedError:
            answer({"unsupported": True})
        except Exception as error:
            answer({"error": told(error)})


def perform(driver, operation, request):
    match operation:
        case "set":
            ttl = request.get("ttl", 0)
            return [stored(driver, key, value, ttl) for key, value in request["items"]]
        case "get":
            return [fetched(driver, key) for key in request["keys"]]
        case "gets":
            return describe(method(driver, "gets")(request["key"]))
        case "cas":
            return bool(method(driver, "cas")(request["key"], natural(request["value"])))
        case _:
            return method(driver, operation)(**request)


def method(driver, name):
    found = getattr(driver, name, None)
    if found is None:
        raise NotImplementedError
    return found


def stored(driver, key, value, ttl):
    try:
        return None if driver.set(key, natural(value), ttl) else "not stored"
    except Exception as error:
        return told(error)


def fetched(driver, key):
    try:
        value = driver.get(key)
        return {"type": "missing"} if value is MISSING else describe(value)
    except Exception as error:
        return {"type": "error", "content": told(error)}


def told(error):
    return f"{type(error).__name__}: {error}"


def answer(message):
    print(json.dumps(message), flush=True)
