"""Random image-text and text models of a few thousand parameters, saved to disk like published ones."""

import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers as tr
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

WORDS = "turn left right walk past the sofa into a kitchen then stop next to dining table in front of hall"
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>"]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{% if m.content is string %}{{ m.content }}{% else %}"
    "{% for c in m.content %}{{ IMAGE if c.type == 'image' else c.text }}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer(image_tokens=(), image="", chat=True):
    """Return a byte-level BPE tokenizer with every word of WORDS as one token."""
    bpe = Tokenizer(models.BPE())
    split = pre_tokenizers.Split(Regex(r" ?\p{L}+| ?[^\s\p{L}]+|\s+"), "isolated")
    bpe.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False, use_regex=False)])
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=600, show_progress=False, initial_alphabet=alphabet)
    bpe.train_from_iterator([f" {WORDS}"] * 20, trainer)
    bpe.add_special_tokens([*SPECIAL, *image_tokens])
    fast = tr.PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    if chat:
        fast.chat_template = TEMPLATE.replace("IMAGE", f"'{image}'")
    return fast


def save(directory, model, *parts):
    """Save a model that can only ever say whole words, with its tokenizer and the like."""
    fast = parts[0]
    spoken = {f" {word}" for word in WORDS.split()}
    mute = [i for i in range(len(fast)) if fast.decode([i]) not in spoken]
    model.generation_config.suppress_tokens = mute
    model.generation_config.pad_token_id = fast.pad_token_id
    for part in (model, *parts):
        part.save_pretrained(directory)
    return str(directory)


def text_config(fast, **more):
    return dict(
        vocab_size=len(fast), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=2048, bos_token_id=None, eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id, **more,
    )  # fmt: skip


def llava_onevision(directory):
    torch.manual_seed(0)
    fast = tokenizer(["<image>", "<video>"], "<image>")
    vision = tr.SiglipVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, image_size=56, patch_size=14
    )
    config = tr.LlavaOnevisionConfig(
        text_config=tr.Qwen2Config(**text_config(fast)),
        vision_config=vision,
        image_token_id=fast.convert_tokens_to_ids("<image>"),
        video_token_id=fast.convert_tokens_to_ids("<video>"),
        image_grid_pinpoints=[[56, 56], [56, 112], [112, 56]],
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    images = tr.LlavaOnevisionImageProcessorPil(
        size={"height": 56, "width": 56}, image_grid_pinpoints=config.image_grid_pinpoints
    )
    save(directory, tr.LlavaOnevisionForConditionalGeneration(config), fast, images)
    # Beside these, published models of this family carry the number of patches of one image.
    counts = {"num_image_tokens": 16, "vision_feature_select_strategy": "full"}
    (Path(directory) / "processor_config.json").write_text(json.dumps(counts))
    return str(directory)


def qwen2_5_vl(directory):
    torch.manual_seed(0)
    fast = tokenizer(["<|image_pad|>", "<|video_pad|>"], "<|vision_start|><|image_pad|><|vision_end|>")
    ids = fast.convert_tokens_to_ids
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [1, 1, 2]}
    config = tr.Qwen2_5_VLConfig(
        text_config=text_config(fast, rope_parameters=rope),
        vision_config={
            "depth": 1, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 32,
            "window_size": 56, "fullatt_block_indexes": [0], "patch_size": 14,
        },
        image_token_id=ids("<|image_pad|>"),
        video_token_id=ids("<|video_pad|>"),
        vision_start_token_id=ids("<|vision_start|>"),
        vision_end_token_id=ids("<|vision_end|>"),
    )  # fmt: skip
    images = tr.Qwen2VLImageProcessorPil(min_pixels=56 * 56, max_pixels=112 * 112)
    return save(directory, tr.Qwen2_5_VLForConditionalGeneration(config), fast, images)


def qwen_text(directory, chat=True):
    torch.manual_seed(0)
    fast = tokenizer(chat=chat)
    return save(directory, tr.Qwen2ForCausalLM(tr.Qwen2Config(**text_config(fast))), fast)
