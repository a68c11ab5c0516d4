"""gRPC's health service, asked without generated code: one text in, one number out."""

from __future__ import annotations

import os

from wellit.standin import protobuf

METHOD = "/grpc.health.v1.Health/Check"
SERVING = 1
STATUSES = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")


class NotServing(Exception):
    """The service is not there or says that it does not serve."""


async def serving(address: str, service: str, timeout: float) -> None:
    """Return when a gRPC server says that it serves `service`. Raises NotServing, in the kubelet's words."""
    # Containers are started from this process: gRPC would say each time that it does not look after that.
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
    import grpc

    async with grpc.aio.insecure_channel(address) as channel:
        check = channel.unary_unary(METHOD)
        try:
            answer = await check(protobuf.put_bytes(1, service.encode()), timeout=timeout)
        except grpc.aio.AioRpcError as problem:
            code = problem.code()
            if code == grpc.StatusCode.UNIMPLEMENTED:
                raise NotServing(
                    "this server does not implement the grpc health protocol (grpc.health.v1.Health)"
                ) from None
            if code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                raise NotServing(
                    f'timeout: failed to connect service "{address}" within {timeout:g}s: {problem.details()}'
                ) from None
            raise NotServing(f"error: health rpc failed: rpc error: {code.name} {problem.details()}") from None
    status = int(protobuf.read(answer).get(1, [0])[-1])
    if status != SERVING:
        said = dict(enumerate(STATUSES)).get(status, str(status))
        raise NotServing(f'service unhealthy (responded with "{said}")')
