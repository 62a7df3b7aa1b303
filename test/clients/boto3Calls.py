"""Makes calls with boto3 as standard input asks, one JSON object a line, and prints one JSON object for each.

Every answer is compared, as it came over the network, with the API model that botocore has: what a client does not expect,
botocore leaves out of its result without a word.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# Errors of every service of AWS, which the models of single services leave out.
COMMON_ERRORS = {
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "SerializationException",
    "SignatureDoesNotMatch",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}

NUMBERS = {"integer", "long", "float", "double"}

clients = {}
# Differences between the answers of the current call and the model.
differences = []


def compare_json(value, shape, path):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return differ(path, "a structure", value)
        for name in shape.required_members:
            if name not in value:
                differences.append(f"{path}.{name}: missing, and required by the model")
        for name, member in value.items():
            if name not in shape.members:
                differences.append(f"{path}.{name}: not in the model")
            else:
                compare_json(member, shape.members[name], f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            return differ(path, "a list", value)
        for index, item in enumerate(value):
            compare_json(item, shape.member, f"{path}[{index}]")
    elif kind == "string":
        if not isinstance(value, str):
            return differ(path, "text", value)
        if shape.enum and value not in shape.enum:
            differ(path, f"one of {', '.join(shape.enum)}", value)
    elif kind == "boolean":
        if not isinstance(value, bool):
            differ(path, "a boolean", value)
    elif kind in NUMBERS or kind == "timestamp":
        if isinstance(value, bool) or not isinstance(value, int if kind in ("integer", "long") else (int, float)):
            differ(path, f"a number of type {kind}", value)
    else:
        differ(path, "a type that this program can compare", kind)


def compare_xml(element, shape, path):
    kind = shape.type_name
    text = element.text or ""
    if kind == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for child in element:
            name = local_name(child)
            if name in members:
                compare_xml(child, members[name], f"{path}.{name}")
            else:
                differences.append(f"{path}.{name}: not in the model")
    elif kind == "list":
        expected = shape.member.serialization.get("name", "member")
        for index, child in enumerate(element):
            if local_name(child) != expected:
                differ(f"{path}[{index}]", f"an element {expected}", local_name(child))
            compare_xml(child, shape.member, f"{path}[{index}]")
    elif len(element) > 0:
        differ(path, f"a {kind}", [local_name(child) for child in element])
    elif kind == "boolean":
        if text not in ("true", "false"):
            differ(path, "true or false", text)
    elif kind in NUMBERS:
        if not re.fullmatch(r"-?\d+" if kind in ("integer", "long") else r"-?\d+(\.\d+)?", text):
            differ(path, f"a number of type {kind}", text)
    elif kind == "timestamp":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text):
            differ(path, "a time", text)
    elif kind == "string":
        if shape.enum and text not in shape.enum:
            differ(path, f"one of {', '.join(shape.enum)}", text)
    else:
        differ(path, "a type that this program can compare", kind)


def local_name(element):
    return element.tag.rpartition("}")[2]


def differ(path, expected, value):
    differences.append(f"{path}: expected {expected}, got {json.dumps(value)}")


def compare_answer(operation_model, response_dict, **_):
    """Called by botocore with every answer, before it reads it."""
    body, status = response_dict["body"], response_dict["status_code"]
    protocol = operation_model.service_model.resolved_protocol
    output = operation_model.output_shape
    name = operation_model.name
    if protocol == "json" and status < 300:
        compare_json(json.loads(body), output, name)
    elif protocol == "json":
        code = json.loads(body)["__type"].rpartition("#")[2]
        if code not in COMMON_ERRORS | {shape.name for shape in operation_model.error_shapes}:
            differences.append(f"{name}: the error {code} is not in the model")
    elif status < 300:
        # The ID of the request belongs to the protocol. A model without an output has nothing else.
        root = ElementTree.fromstring(body)
        for child in [child for child in root if local_name(child) in ("requestId", "ResponseMetadata")]:
            root.remove(child)
        wrapper = output.serialization.get("resultWrapper") if output is not None else None
        if output is not None:
            compare_xml(root[0] if wrapper else root, output, name)
        elif [(local_name(child), child.text) for child in root] not in ([], [("return", "true")]):
            differ(name, "no members", ElementTree.tostring(root, "unicode"))


def client_of(url, account, service, secret, region):
    key = (url, account, service, secret, region)
    if key not in clients:
        made = boto3.session.Session().client(
            service,
            endpoint_url=url,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key=secret,
            config=Config(retries={"mode": "standard", "max_attempts": 3}),
        )
        made.meta.events.register("before-parse", compare_answer)
        clients[key] = made
    return clients[key]


def answer(url, account, service, operation, parameters, secret="secret", region="eu-west-2"):
    differences.clear()
    client = client_of(url, account, service, secret, region)
    methods = client.meta.method_to_api_mapping
    [method] = [name for name, known in methods.items() if known == operation]
    try:
        result = getattr(client, method)(**parameters)
    except ClientError as error:
        facts = error.response["Error"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {"error": {"code": facts["Code"], "message": facts["Message"], "status": status}}
    except Exception as error:  # boto3 refuses the parameters, or cannot read the answer.
        return {"error": {"code": type(error).__name__, "message": str(error), "status": 0}}
    metadata = result.pop("ResponseMetadata")
    return {"result": result, "retries": metadata["RetryAttempts"], "requestId": metadata.get("RequestId")}


for line in sys.stdin:
    answered = answer(**json.loads(line))
    print(json.dumps({**answered, "differences": differences}, default=str), flush=True)
