"""What is to be said of a model that was looked at. Pure."""

from __future__ import annotations

from wellit import weights
from wellit.errors import nearest
from wellit.findings import Check
from wellit.launch.model.folders import SHOWN, Cache, Folder
from wellit.launch.model.hub import shown
from wellit.launch.model.look import Model
from wellit.weights import GIB, Estimate

TITLES = {
    "WL845": "the model is there, or can be fetched",
    "WL846": "the model cache may be written",
    "WL847": "the disk has room for the weights",
    "WL848": "the hub is reached",
    "WL849": "a model that is given out to few has a token",
}
NO_PATH = "a hub id is NAME or ORGANISATION/NAME; a path begins with / or ./"


def checks(model: Model, size: Estimate) -> list[Check]:
    """All five, in order; what does not arise is skipped with the reason."""
    if model.kind != "hub":
        first = _path(model.folder) if model.folder else _name(model)
        why = "nothing is fetched for it" if first.status != "fail" else "it is not there"
        return [first, *(_check(key, "skip", why) for key in TITLES if key != "WL845")]
    return [_hub(model), _written(model), _room(model, size), _reached(model), _token(model)]


def _check(key: str, status: str, detail: str = "", fix: str = "") -> Check:
    return Check(key, TITLES[key], status, detail, fix)  # type: ignore[arg-type]


def _name(model: Model) -> Check:
    if model.kind == "store":
        return _check("WL845", "skip", f"{shown(model.name)} is in a store of its own, which is not looked at")
    if not model.name:
        return _check("WL845", "fail", "no model is named", "--set model.name=ORGANISATION/NAME")
    return _check("WL845", "fail", f'"{model.name}" is no hub id and no path that is there', NO_PATH)


def _path(folder: Folder) -> Check:
    path = folder.path
    if folder.unread:
        return _check("WL845", "unknown", f"{path} could not be looked into: {folder.unread}", f"ls -l {path}")
    if folder.is_file:
        if path.suffix == ".gguf":
            return _check("WL845", "pass", str(path))
        return _check("WL845", "fail", f"{path} is a file; a model is a folder with a config.json", str(path.parent))
    if not folder.is_folder:
        return _missing(folder)
    if not folder.config:
        has = ", ".join(folder.beside[:SHOWN]) + (" ..." if len(folder.beside) > SHOWN else "") or "nothing"
        fix = str(folder.inside) if folder.inside else "the folder that has config.json, or a hub id"
        return _check("WL845", "fail", f"{path} has no config.json; it has {has}", fix)
    lacks = [what for what, there in (("tokenizer.json", folder.tokenizer), ("weights", folder.weights)) if not there]
    if lacks:
        fix = "all files of the model in that folder"
        return _check("WL845", "warn", f"{path} has a config.json and no {' and no '.join(lacks)}", fix)
    return _check("WL845", "pass", str(path))


def _missing(folder: Folder) -> Check:
    path, there = folder.path, folder.nearest
    if "~" in path.parts:
        fix = "the whole path: only a shell reads ~ as the home folder"
        return _check("WL845", "fail", f"{path} is not there: the engine takes ~ for a folder of that name", fix)
    detail = f"{path} is not there; the nearest folder that is: {there}"
    if there is None:
        return _check("WL845", "fail", f"{path} is not there", NO_PATH)
    wrong = path.parts[len(there.parts)] if len(path.parts) > len(there.parts) else ""
    near = nearest(wrong, folder.beside)
    meant = there.joinpath(near, *path.parts[len(there.parts) + 1 :]) if near else None
    has = ", ".join(folder.beside[:SHOWN]) + (" ..." if len(folder.beside) > SHOWN else "")
    return _check("WL845", "fail", detail + (f", with {has}" if has else ""), str(meant) if meant else NO_PATH)


def _hub(model: Model) -> Check:
    if model.cached:
        return _check("WL845", "pass", f"in the cache: {model.caches[-1].snapshot}")
    where = " and ".join(str(cache.path) for cache in model.caches if not cache.snapshot)
    part = "a part of it is" if any(cache.begun for cache in model.caches) else "it is not"
    if model.offline:
        fix = f"unset {model.offline}, or fetch it first: hf download {model.name}"
        return _check("WL845", "fail", f"{model.offline} forbids to fetch {model.name}, and {part} in {where}", fix)
    status = model.answer.status if model.answer else 0
    if status == 404:
        return _check("WL845", "fail", f"the hub has no model {model.name}", "its name as the hub has it, or a path")
    if status in (401, 403):
        return _refused(model, status)
    return _check("WL845", "pass", f"{model.name} is fetched from the hub into {where}")


def _refused(model: Model, status: int) -> Check:
    said = f"the hub answers {status} for {model.name}"
    if not model.token.said:
        fix = "check its name; export HF_TOKEN=... where the model is private, or given out on terms"
        return _check("WL845", "fail", f"{said}: there is no such model, or a token is needed", fix)
    fix = f"check its name; agree to its terms at {shown(model.way.endpoint)}/{model.name} as the token's owner"
    return _check("WL845", "fail", f"{said} with the token of {model.token.said}", fix)


def _written(model: Model) -> Check:
    if model.cached:
        return _check("WL846", "skip", "nothing has to be written: the model is in it")
    for cache in model.caches:
        if cache.stops and not cache.snapshot:
            fix = f"HF_HOME=FOLDER that you may write, or: sudo chown -R $USER {cache.stops}"
            return _check("WL846", "fail", f"{_whose(cache)} may not write to {cache.stops}{_said(cache)}", fix)
    if len(model.caches) > 1:
        both = "; ".join(f"{cache.whose}: {cache.path}{_said(cache)}" for cache in model.caches)
        return _check("WL846", "warn", f"the model is fetched twice: {both}", "HF_HOME=FOLDER, which both obey")
    return _check("WL846", "pass", f"{model.caches[0].path}{_said(model.caches[0])}")


def _whose(cache: Cache) -> str:
    return cache.whose or "you"


def _said(cache: Cache) -> str:
    return f", as {cache.said} says" if cache.said != "HOME" else ""


def _room(model: Model, size: Estimate) -> Check:
    if model.cached:
        return _check("WL847", "skip", "the weights are there")
    if size.gib is None:
        return _check("WL847", "skip", f"how large they are is not known: {size.how}", "--set model.weights=GIB")
    for cache in model.caches:
        if cache.snapshot:
            continue
        if cache.free is None:
            return _check("WL847", "unknown", f"the disk of {cache.path} could not be looked at", f"df -h {cache.path}")
        free = cache.free / GIB
        said = f"{size.gib:g} GiB ({size.how}), and {cache.path} has {free:.1f} GiB left"
        if free < size.gib:
            return _check("WL847", "fail", said, "HF_HOME=FOLDER on a larger disk, or another model")
    return _check("WL847", "pass", said)


def _reached(model: Model) -> Check:
    if model.cached:
        return _check("WL848", "skip", "nothing has to be fetched")
    if model.offline:
        return _check("WL848", "skip", f"{model.offline} forbids it")
    for name, what, fix in model.way.wrong:
        return _check("WL848", "fail", f"{name} leads nowhere: {what}", fix)
    assert model.answer
    by = f" by {model.way.proxy}" if model.way.proxy else ""
    where = shown(model.way.endpoint) + by
    if model.answer.problem:
        fix = "check the network, HTTPS_PROXY and HF_ENDPOINT; or fetch it elsewhere, and give a path"
        return _check("WL848", "unknown", f"{where} could not be asked: {model.answer.problem}", fix)
    if model.answer.status >= 500 or model.answer.status in (407, 429):
        fix = "the proxy's name and password in HTTPS_PROXY" if model.answer.status == 407 else "again, later"
        return _check("WL848", "fail", f"{where} answers {model.answer.status}", fix)
    for name, what, fix in model.way.odd:
        return _check("WL848", "warn", f"{name} {what}", fix)
    return _check("WL848", "pass", f"{where} answers")


def _token(model: Model) -> Check:
    if model.cached:
        return _check("WL849", "skip", "nothing has to be fetched")
    if model.token.odd:
        return _check("WL849", "fail", f"the token of {model.token.said} is none: {model.token.odd}", "the token alone")
    if not weights.gated(model.name):
        said = f"; there is one: {model.token.said}" if model.token.said else ""
        return _check("WL849", "skip", f"{model.name} is not known to need one{said}")
    if model.token.said:
        return _check("WL849", "pass", f"from {model.token.said}")
    fix = "export HF_TOKEN=... of somebody who agreed to its terms, or: hf auth login"
    return _check("WL849", "fail", f"{model.name} is given out only to those who agreed to its terms", fix)
