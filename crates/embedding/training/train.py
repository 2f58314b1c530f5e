"""Teaches all-MiniLM-L6-v2 which passage of a business answers what a customer texts; see README.md.

usage: train.py PAIRS MODEL OUT [--dev NAME,NAME]

PAIRS: what `cargo run -p evaluation --example pairs` prints. MODEL: the folder with the published model.safetensors and
tokenizer.json. OUT: the adapter. The businesses named with --dev are not learned from; each epoch ends with how many of
their questions find the right passage first, among three and among ten, by the embedding alone.
"""

import argparse
import json
import math
import random

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

LAYERS, WIDTH, HEADS = 6, 384, 12
DENSE = [
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
]
RANK = 16
EPOCHS = 2
QUESTIONS = 60
RATE = 1e-3
TEMPERATURE = 0.05
DROPOUT = 0.1
# Questions as they were texted, beside the same as the search writes them out: the model shall bear both.
RAW = 0.4


class Encoder:
    """The published model, frozen, and beside each dense layer two narrow tables that learn."""

    def __init__(self, folder):
        self.tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(128)
        weights = load_file(f"{folder}/model.safetensors")
        self.weights = {name: table for name, table in weights.items() if table.dtype == torch.float32}
        self.adapter = {}
        self.learns = False
        for name in (f"encoder.layer.{layer}.{dense}" for layer in range(LAYERS) for dense in DENSE):
            rows, columns = self.weights[f"{name}.weight"].shape
            down = torch.randn(columns, RANK) / math.sqrt(columns)
            self.adapter[f"{name}.down"] = torch.nn.Parameter(down)
            self.adapter[f"{name}.up"] = torch.nn.Parameter(torch.zeros(RANK, rows))

    def embed(self, texts, together=24):
        """One row for each text, of length 1; short texts go with short ones, to save padding."""
        pieces = [self.tokenizer.encode(text).ids for text in texts]
        order = sorted(range(len(texts)), key=lambda at: len(pieces[at]))
        parts = [self._forward([pieces[at] for at in order[i : i + together]]) for i in range(0, len(order), together)]
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(parts)[back]

    def _forward(self, pieces):
        length = max(map(len, pieces))
        ids = torch.zeros(len(pieces), length, dtype=torch.long)
        mask = torch.zeros(len(pieces), length)
        for row, piece in enumerate(pieces):
            ids[row, : len(piece)] = torch.tensor(piece)
            mask[row, : len(piece)] = 1
        w = self.weights
        x = F.embedding(ids, w["embeddings.word_embeddings.weight"])
        x = x + w["embeddings.position_embeddings.weight"][:length] + w["embeddings.token_type_embeddings.weight"][0]
        x = self._norm("embeddings.LayerNorm", x)
        unseen = ((1 - mask) * -1e9)[:, None, None, :]
        for name in (f"encoder.layer.{layer}." for layer in range(LAYERS)):
            heads = [
                self._dense(name + part, x).view(len(pieces), length, HEADS, WIDTH // HEADS).transpose(1, 2)
                for part in DENSE[:3]
            ]
            attended = F.scaled_dot_product_attention(*heads, attn_mask=unseen).transpose(1, 2).reshape(x.shape)
            x = self._norm(name + "attention.output.LayerNorm", self._dense(name + DENSE[3], attended, DROPOUT) + x)
            inner = F.gelu(self._dense(name + DENSE[4], x))
            x = self._norm(name + "output.LayerNorm", self._dense(name + DENSE[5], inner, DROPOUT) + x)
        mean = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(mean, dim=-1)

    def _dense(self, name, x, dropout=0.0):
        plain = F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])
        out = plain + (x @ self.adapter[f"{name}.down"]) @ self.adapter[f"{name}.up"]
        return F.dropout(out, dropout, training=self.learns)

    def _norm(self, name, x):
        return F.layer_norm(x, (WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], 1e-12)


def read(path):
    businesses = {}
    with open(path, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            passages, questions = businesses.setdefault(line["business"], ([], []))
            if "passage" in line:
                passages.append(line["passage"])
            elif line["right"]:
                questions.append(line)
    return businesses


@torch.no_grad()
def found(encoder, businesses):
    hits, asked = [0, 0, 0], 0
    for passages, questions in businesses:
        scores = encoder.embed([q["as_searched"] for q in questions]) @ encoder.embed(passages).T
        for question, row in zip(questions, scores.argsort(dim=1, descending=True).tolist()):
            rank = min(row.index(right) for right in question["right"])
            hits = [hit + (rank < within) for hit, within in zip(hits, (1, 3, 10))]
            asked += 1
    return "/".join(f"{100 * hit / asked:.1f}" for hit in hits) if asked else "-"


def batches(businesses, chance):
    """Questions of one business each: what they must be told apart from are its other passages."""
    batches = []
    for passages, questions in businesses:
        questions = chance.sample(questions, len(questions))
        parts = max(1, round(len(questions) / QUESTIONS))
        batches += [(passages, questions[part::parts]) for part in range(parts)]
    return chance.sample(batches, len(batches))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pairs")
    arguments.add_argument("model")
    arguments.add_argument("out")
    arguments.add_argument("--dev", default="")
    arguments = arguments.parse_args()
    torch.manual_seed(1)
    chance = random.Random(1)
    encoder = Encoder(arguments.model)
    businesses = read(arguments.pairs)
    dev = [businesses.pop(name) for name in arguments.dev.split(",") if name]
    plan = [(epoch, *batch) for epoch in range(EPOCHS) for batch in batches(businesses.values(), chance)]
    optimizer = torch.optim.AdamW(encoder.adapter.values(), lr=RATE, betas=(0.9, 0.98), weight_decay=0)
    print("before:", found(encoder, dev), flush=True)
    for step, (epoch, passages, questions) in enumerate(plan, 1):
        texts = [q["asked"] if chance.random() < RAW else q["as_searched"] for q in questions]
        encoder.learns = True
        shares = F.log_softmax(encoder.embed(texts) @ encoder.embed(passages).T / TEMPERATURE, dim=-1)
        encoder.learns = False
        right = torch.zeros_like(shares, dtype=torch.bool)
        for row, question in enumerate(questions):
            right[row, question["right"]] = True
        # Any of the right ones will do.
        loss = -torch.logsumexp(shares.masked_fill(~right, -1e9), dim=-1).mean()
        warm, cold = step / (0.1 * len(plan)), (len(plan) - step) / (0.9 * len(plan))
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, warm) * max(0, cold)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step == len(plan) or plan[step][0] != epoch:
            print(f"epoch {epoch}: loss {loss.item():.3f}, found {found(encoder, dev)}", flush=True)
    adapter = {name: table.detach().to(torch.bfloat16).contiguous() for name, table in encoder.adapter.items()}
    save_file(adapter, arguments.out)


if __name__ == "__main__":
    main()
