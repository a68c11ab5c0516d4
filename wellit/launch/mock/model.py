"""A model folder without a model: a tokenizer of our own and what a worker of Dynamo reads beside one.

The tokens are the bytes of any text, and short words that no text has (" w0042"): the mocker answers with numbers of
tokens up to about 2000, and each is to be seen in the text of the answer. Nothing of any published model is in it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wellit.paths import cache
from wellit.tools.failures import cannot_write

BEGIN, ROLE, END = SPECIAL = ("<|begin|>", "<|role|>", "<|end|>")
TOKENS = 4096
LONGEST = 32768  # tokens of a prompt and its answer
TEMPLATE = (
    "{% for message in messages %}<|role|>{{ message.role }}\n{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|role|>assistant\n{% endif %}"
)


def folder() -> Path:
    """Where it is, or will be: another text makes another folder."""
    digest = hashlib.sha256(json.dumps(_files()).encode()).hexdigest()
    return cache() / "dynamo" / f"model-{digest[:16]}"


def ensure() -> Path:
    """The folder, written when it is not there. Raises CannotAnswer when it cannot be written."""
    here = folder()
    try:
        here.mkdir(parents=True, exist_ok=True)
        for name, data in _files().items():
            if not (here / name).exists():
                half = here / f".{name}-{os.getpid()}"
                half.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
                half.replace(here / name)
    except OSError as problem:
        raise cannot_write(problem) from problem
    return here


def _files() -> dict[str, Any]:
    begin, end = SPECIAL.index(BEGIN), SPECIAL.index(END)
    return {
        "config.json": {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": TOKENS,
            "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": LONGEST,
            "bos_token_id": begin, "eos_token_id": end,
        },
        "generation_config.json": {"bos_token_id": begin, "eos_token_id": end, "max_length": LONGEST},
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": BEGIN, "eos_token": END,
            "model_max_length": LONGEST, "chat_template": TEMPLATE,
        },
        "tokenizer.json": _tokenizer(),
    }  # fmt: skip


def _tokenizer() -> dict[str, Any]:
    """In the format of the library tokenizers: pairs of bytes, without any pair."""
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "post_processor": None,
        "pre_tokenizer": level, "decoder": level,
        "added_tokens": [
            {"id": number, "content": text, "special": True, "normalized": False,
             "single_word": False, "lstrip": False, "rstrip": False}
            for number, text in enumerate(SPECIAL)
        ],
        "model": {
            "type": "BPE", "vocab": {text: number for number, text in enumerate(_texts())}, "merges": [],
            "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
        },
    }  # fmt: skip


def _texts() -> list[str]:
    """Every token, by its number."""
    known = [*SPECIAL, *_bytes()]
    return [*known, *(f"{_space()}w{number:04}" for number in range(TOKENS - len(known)))]


def _bytes() -> Iterator[str]:
    """The 256 bytes as that format writes them: as they are where they can be seen, the others from U+0100 on."""
    unseen = 0x100
    for byte in range(256):
        if 0x21 <= byte <= 0x7E or (0xA1 <= byte <= 0xFF and byte != 0xAD):
            yield chr(byte)
        else:
            yield chr(unseen)
            unseen += 1


def _space() -> str:
    return list(_bytes())[0x20]
