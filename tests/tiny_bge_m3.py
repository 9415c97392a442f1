"""A tiny random model with the file layout of the hub's BAAI/bge-m3: 2 MB instead of 2 GB, the same loading path.

XLM-RoBERTa with two layers and 32 dimensions, a unigram tokenizer, CLS pooling, unit length, 8192 tokens. As in the
real repository the weights are a pickle (`pytorch_model.bin`), the tokenizer is `XLMRobertaTokenizer` and files that
dense retrieval does not need lie beside it. Only `sentencepiece.bpe.model` is missing: tokenizer.json says the same.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

DIMENSION = 32
MAX_TOKENS = 8192
HUB_NAME = "BAAI/bge-m3"

_SPECIAL_TOKENS = ("<s>", "<pad>", "</s>", "<unk>")
WORDS = (
    *("the", "and", "of", "to", "in", "is", "what", "who", "which", "page", "document", "library", "model"),
    *("retrieval", "answer", "question", "reward", "policy", "relative", "optimization", "group", "learning"),
)
_CHARACTERS = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?-()'\"/%"
    "的是在了和有我们检索文档页码问题回答模型使用强化学习训练推理，。？！"
)
_CONFIG = {
    "architectures": ["XLMRobertaModel"],
    "attention_probs_dropout_prob": 0.1,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "hidden_size": DIMENSION,
    "initializer_range": 0.5,  # the real 0.02 gives every text nearly the same vector in so small a model
    "intermediate_size": 2 * DIMENSION,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": MAX_TOKENS + 2,  # XLM-RoBERTa counts positions from pad_token_id + 1
    "model_type": "xlm-roberta",
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "pad_token_id": 1,
    "torch_dtype": "float32",
    "transformers_version": "4.33.0",
    "type_vocab_size": 1,
}
_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_POOLING = {
    "word_embedding_dimension": DIMENSION,
    "pooling_mode_cls_token": True,
    "pooling_mode_mean_tokens": False,
    "pooling_mode_max_tokens": False,
    "pooling_mode_mean_sqrt_len_tokens": False,
}
_TOKENIZER = {
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
    "model_max_length": MAX_TOKENS,
    "tokenizer_class": "XLMRobertaTokenizer",
}


def make_tiny_bge_m3(
    folder: Path,
    *,
    weights: str = "pytorch_model.bin",
    seed: int = 0,
    shape: Mapping[str, int | float] = MappingProxyType({}),
) -> Path:
    """Write the model into `folder` and return it. `weights`: `pytorch_model.bin` (as the hub) or `model.safetensors`.

    The same seed gives the same weights. `shape` replaces values of config.json, for a model that is not tiny.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {**_CONFIG, "vocab_size": _write_tokenizer(folder), **shape}
    for name, content in {
        "config.json": config,
        "modules.json": _MODULES,
        "1_Pooling/config.json": {**_POOLING, "word_embedding_dimension": config["hidden_size"]},
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {"__version__": {"sentence_transformers": "2.2.2"}},
        "tokenizer_config.json": _TOKENIZER,
        "special_tokens_map.json": {k: v for k, v in _TOKENIZER.items() if k.endswith("_token")},
    }.items():
        _write_json(folder / name, content)
    _write_weights(folder / weights, config, seed)
    return folder


def lay_out_hub_cache(hf_home: Path, model: Path, revision: str) -> Path:
    """Put the model where `huggingface_hub` keeps a downloaded BAAI/bge-m3 under HF_HOME; returns the snapshot.

    As there, the snapshot's files are links to blobs.
    """
    repository = hf_home / "hub" / f"models--{HUB_NAME.replace('/', '--')}"
    snapshot = repository / "snapshots" / revision
    for number, file in enumerate(sorted(path for path in model.rglob("*") if path.is_file())):
        blob = repository / "blobs" / f"{number:040x}"
        blob.parent.mkdir(parents=True, exist_ok=True)
        blob.write_bytes(file.read_bytes())
        link = snapshot / file.relative_to(model)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
    reference = repository / "refs" / "main"
    reference.parent.mkdir(parents=True)
    reference.write_text(revision, encoding="utf-8")
    return snapshot


def _write_tokenizer(folder: Path) -> int:
    """A unigram tokenizer as XLM-RoBERTa has one, without its table of characters; returns its vocabulary's size."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    pieces = [(token, 0.0) for token in _SPECIAL_TOKENS]
    pieces += [(f"▁{word}", -3.0) for word in WORDS] + [("▁", -6.0)]
    pieces += [(character, -8.0) for character in dict.fromkeys(_CHARACTERS)]
    tokenizer = Tokenizer(models.Unigram([*pieces, ("<mask>", 0.0)], unk_id=_SPECIAL_TOKENS.index("<unk>")))
    tokenizer.add_special_tokens([*_SPECIAL_TOKENS, "<mask>"])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return int(tokenizer.get_vocab_size())


def _write_weights(file: Path, config: dict[str, Any], seed: int) -> None:
    import torch
    from safetensors.torch import save_file
    from transformers import XLMRobertaConfig, XLMRobertaModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = XLMRobertaModel(XLMRobertaConfig(**{k: v for k, v in config.items() if k != "architectures"}))
    if file.suffix == ".safetensors":
        save_file(model.state_dict(), file, metadata={"format": "pt"})
    else:
        torch.save(model.state_dict(), file)
        for head, width in (("colbert_linear.pt", DIMENSION), ("sparse_linear.pt", 1)):
            torch.save({"weight": torch.zeros(width, DIMENSION), "bias": torch.zeros(width)}, file.with_name(head))


def _write_json(file: Path, content: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content, indent=2), encoding="utf-8")
