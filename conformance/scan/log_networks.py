"""
Logs networks of PyTorch and Keras, and pipelines and tokenizers of transformers, with MLflow's own flavors, into the folder that is given:
what a scanner must find nothing in. What is not installed, and what a flavor can't save, is named at the end.
"""

import json
import logging
import os
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ["HF_HUB_OFFLINE"] = "1"
folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///" + os.path.join(folder, "models.db")

import mlflow  # noqa: E402
import numpy as np  # noqa: E402

failed = {}


def attempt(name, save):
    try:
        save(os.path.join(folder, name))
    except Exception as error:  # a flavor that can't save this model says nothing of the scanner
        failed[name] = f"{type(error).__name__}: {error}"[:300]


def torch_networks():
    import torch
    from torch import nn

    torch.manual_seed(0)
    networks = {
        "linear": (nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3)), torch.ones(2, 4)),
        "convolution": (
            nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(36, 2)),
            torch.ones(2, 1, 8, 8),
        ),
        "embedding": (nn.Sequential(nn.Embedding(10, 4), nn.Flatten(), nn.Linear(12, 2), nn.Sigmoid()), torch.ones(2, 3, dtype=torch.long)),
        "transformer": (nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), torch.ones(2, 5, 8)),
        "recurrent": (nn.LSTM(4, 8), torch.ones(5, 2, 4)),
        "attention": (nn.Transformer(8, 2, 1, 1, 16), None),
        "normalized": (nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4), nn.GELU(), nn.Softmax(-1)), torch.ones(2, 4)),
    }
    requirements = {"pip_requirements": ["torch"]}
    for name, (network, example) in networks.items():
        attempt(f"torch-pickle-{name}", lambda to: mlflow.pytorch.save_model(network, to, serialization_format="pickle", **requirements))
        if example is not None:
            told = {"serialization_format": "pt2", "input_example": example.numpy()}
            attempt(f"torch-exported-{name}", lambda to: mlflow.pytorch.save_model(network.eval(), to, **told, **requirements))
        attempt(f"{name}.state.pt", lambda to: torch.save(network.state_dict(), to))
        attempt(f"{name}.legacy.pt", lambda to: torch.save(network.state_dict(), to, _use_new_zipfile_serialization=False))
    network = networks["linear"][0]
    for kind in (torch.optim.Adam, torch.optim.SGD):
        optimizer = kind(network.parameters(), lr=0.1)
        network(torch.ones(1, 4)).sum().backward()
        optimizer.step()
        kept = {"epoch": 3, "model": network.state_dict(), "optimizer": optimizer.state_dict(), "loss": 0.5}
        attempt(f"checkpoint-{kind.__name__}.pt", lambda to: torch.save(kept, to))
    dtypes = (torch.float16, torch.bfloat16, torch.int8, torch.bool, torch.complex64, torch.float8_e4m3fn)
    attempt("tensors.pt", lambda to: torch.save({str(dtype): torch.zeros(3).to(dtype) for dtype in dtypes}, to))


def keras_networks():
    import keras
    from keras import layers

    networks = {
        "dense": keras.Sequential([layers.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")]),
        "convolution": keras.Sequential(
            [layers.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten(), layers.Dense(2)]
        ),
        "recurrent": keras.Sequential([layers.Input((5, 4)), layers.LSTM(8), layers.Dropout(0.1), layers.Dense(1)]),
        "embedding": keras.Sequential([layers.Input((6,)), layers.Embedding(10, 4), layers.GlobalAveragePooling1D(), layers.Dense(1)]),
    }
    given = layers.Input((4,), name="given")
    joined = layers.Concatenate()([layers.Dense(3)(given), layers.Dense(2, kernel_regularizer="l2")(given)])
    networks["functional"] = keras.Model(given, layers.Dense(1)(joined))
    for name, network in networks.items():
        network.compile("adam", "mse")
        attempt(f"keras-{name}", lambda to: mlflow.keras.save_model(network, to, pip_requirements=["keras"]))
        attempt(f"{name}.keras", network.save)
        attempt(f"{name}.h5", network.save)
        attempt(f"{name}.weights.h5", network.save_weights)


def transformer_models():
    import transformers
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    texts = ["a good day and a bad day", "the night is good", "no day is bad"] * 20
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    kinds = {
        "wordpiece": (models.WordPiece(unk_token="[UNK]"), trainers.WordPieceTrainer(vocab_size=80, special_tokens=special), decoders.WordPiece()),
        "bpe": (models.BPE(unk_token="[UNK]"), trainers.BpeTrainer(vocab_size=80, special_tokens=special), decoders.BPEDecoder()),
        "unigram": (models.Unigram(), trainers.UnigramTrainer(vocab_size=60, special_tokens=special, unk_token="[UNK]"), decoders.Metaspace()),
        "words": (models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(special_tokens=special), None),
    }
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    wrapped = {}
    for name, (model, trainer, decoder) in kinds.items():
        tokenizer = Tokenizer(model)
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace() if name == "unigram" else pre_tokenizers.Whitespace()
        if decoder:
            tokenizer.decoder = decoder
        tokenizer.train_from_iterator(texts, trainer)
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", tokenizer.token_to_id("[CLS]")), ("[SEP]", tokenizer.token_to_id("[SEP]"))]
        )
        wrapped[name] = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
    wrapped["words"].chat_template = (
        "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] | trim }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
    )
    for name, tokenizer in wrapped.items():
        attempt(f"tokenizer-{name}", tokenizer.save_pretrained)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    bert = transformers.BertConfig(vocab_size=len(wrapped["wordpiece"]), **size)
    made = {
        "text-classification": transformers.BertForSequenceClassification(bert),
        "token-classification": transformers.BertForTokenClassification(bert),
        "fill-mask": transformers.BertForMaskedLM(bert),
        "feature-extraction": transformers.BertModel(bert),
    }
    for task, model in made.items():
        pipeline = transformers.pipeline(task, model=model, tokenizer=wrapped["wordpiece"])
        attempt(f"transformers-{task}", lambda to: mlflow.transformers.save_model(pipeline, to, pip_requirements=["transformers"]))
    gpt = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=len(wrapped["words"]), n_embd=16, n_layer=1, n_head=2))
    pipeline = transformers.pipeline("text-generation", model=gpt, tokenizer=wrapped["words"])
    attempt("transformers-text-generation", lambda to: mlflow.transformers.save_model(pipeline, to, pip_requirements=["transformers"]))


for group in (torch_networks, keras_networks, transformer_models):
    try:
        group()
    except ImportError as error:
        failed[group.__name__] = str(error)
np.save(os.path.join(folder, "array.npy"), np.ones(3))
print(json.dumps({"failed": failed}))
