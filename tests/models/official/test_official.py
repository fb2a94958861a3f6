import json
import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, Qwen2_5_VLForConditionalGeneration, Qwen2Tokenizer

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge.build import build
from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.official.configuration import system2_config
from vln_pipeline.models.official.folder import from_official, to_official
from vln_pipeline.models.official.names import Divided, divided, united
from vln_pipeline.models.official.shards import INDEX, read_shards
from vln_pipeline.models.official.words import write_image_processor, write_tokenizer
from vln_pipeline.models.system2.config import TinyConfig
from vln_pipeline.models.system2.tiny import build_tiny
from vln_pipeline.models.system2.tiny_tokenizer import SPECIAL
from vln_pipeline.models.trained_cameras import TrainedCameras

torch.set_num_threads(1)
WIDTH, HIDDEN, SIGHT, KINDS = 32, 64, 32, ("nextdit_async", "nextdit", "navdp_async")
TINY = TinyConfig(
    width=WIDTH,
    layers=2,
    heads=2,
    feedforward=HIDDEN,
    vision_width=SIGHT,
    vision_layers=2,
    vision_heads=2,
    vocabulary=600,
)
VIT = {"image_size": 28, "position_grid": 2, "width": 16, "depth": 1, "heads": 2}
SHAPE = BridgeConfig(
    nextdit={
        "plan_dim": WIDTH,
        "predict_size": 6,
        "dim": 16,
        "depth": 1,
        "heads": 2,
        "hidden_multiple": 8,
        "condition_dim": 32,
        "vit": VIT,
        "memory_layers": 1,
        "resampler_layers": 1,
        "resampler_heads": 2,
        "resampler_queries": 4,
        "feedforward": 32,
    },
    navdp_async={
        "plan_dim": WIDTH,
        "predict_size": 6,
        "vit": VIT,
        "token_dim": 16,
        "queries_per_frame": 3,
        "former_layers": 1,
        "former_feedforward": 32,
        "decoder_depth": 2,
        "heads": 2,
        "feedforward": 32,
        "plan_positions": 10,
    },
)


SEVEN_BILLION = {
    "hidden_size": 3584,
    "intermediate_size": 18944,
    "num_hidden_layers": 28,
    "num_attention_heads": 28,
    "num_key_value_heads": 4,
    "vocab_size": 152064,
    "rms_norm_eps": 1e-06,
    "rope_theta": 1000000.0,
    "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
    "tie_word_embeddings": False,
    "vision_config": {
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "num_heads": 16,
        "out_hidden_size": 3584,
    },
}


def system2_table(vocabulary):
    """Names and shapes of a Qwen2.5-VL of the size above as transformers 4.51 has them."""

    def linear(name, out, into, bias=True):
        return {f"{name}.weight": (out, into), **({f"{name}.bias": (out,)} if bias else {})}

    table = {"visual.patch_embed.proj.weight": (SIGHT, 3, 2, 14, 14)}
    for block in ("visual.blocks.0", "visual.blocks.1"):
        table |= {f"{block}.norm1.weight": (SIGHT,), f"{block}.norm2.weight": (SIGHT,)}
        table |= linear(f"{block}.attn.qkv", 3 * SIGHT, SIGHT) | linear(f"{block}.attn.proj", SIGHT, SIGHT)
        for name in ("gate_proj", "up_proj"):
            table |= linear(f"{block}.mlp.{name}", 4 * SIGHT, SIGHT)
        table |= linear(f"{block}.mlp.down_proj", SIGHT, 4 * SIGHT)
    table |= {"visual.merger.ln_q.weight": (SIGHT,)}
    table |= linear("visual.merger.mlp.0", 4 * SIGHT, 4 * SIGHT) | linear("visual.merger.mlp.2", WIDTH, 4 * SIGHT)
    table |= {"model.embed_tokens.weight": (vocabulary, WIDTH), "model.norm.weight": (WIDTH,)}
    for layer in ("model.layers.0", "model.layers.1"):
        table |= linear(f"{layer}.self_attn.q_proj", WIDTH, WIDTH)
        table |= linear(f"{layer}.self_attn.k_proj", WIDTH // 2, WIDTH)
        table |= linear(f"{layer}.self_attn.v_proj", WIDTH // 2, WIDTH)
        table |= linear(f"{layer}.self_attn.o_proj", WIDTH, WIDTH, bias=False)
        for name, out, into in (("gate_proj", HIDDEN, WIDTH), ("up_proj", HIDDEN, WIDTH), ("down_proj", WIDTH, HIDDEN)):
            table |= linear(f"{layer}.mlp.{name}", out, into, bias=False)
        table |= {f"{layer}.input_layernorm.weight": (WIDTH,), f"{layer}.post_attention_layernorm.weight": (WIDTH,)}
    return table | linear("lm_head", vocabulary, WIDTH, bias=False)


@pytest.fixture(scope="module")
def tiny():
    return build_tiny(TINY)


def config_of(tokenizer, system1):
    """What config.json of a published folder looks like."""
    ids = tokenizer.convert_tokens_to_ids
    told = {"system1": system1, "n_query": 4} if system1 else {}
    return told | {
        "architectures": ["InternVLAN1ForCausalLM"],
        "model_type": "internvla_n1",
        "vocab_size": len(tokenizer),
        "hidden_size": WIDTH,
        "intermediate_size": HIDDEN,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "hidden_act": "silu",
        "max_position_embeddings": 8192,
        "max_window_layers": 28,
        "rms_norm_eps": 1e-06,
        "rope_theta": 1000000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
        "use_sliding_window": False,
        "sliding_window": 32768,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "transformers_version": "4.51.0",
        "eos_token_id": tokenizer.eos_token_id,
        "image_token_id": ids("<|image_pad|>"),
        "video_token_id": ids("<|video_pad|>"),
        "vision_start_token_id": ids("<|vision_start|>"),
        "vision_end_token_id": ids("<|vision_end|>"),
        "vision_config": {
            "model_type": "qwen2_5_vl",
            "depth": 2,
            "hidden_size": SIGHT,
            "intermediate_size": 4 * SIGHT,
            "num_heads": 2,
            "out_hidden_size": WIDTH,
            "fullatt_block_indexes": [1],
            "window_size": 112,
            "patch_size": 14,
        },
    }


def write_published(folder, tiny, system1, change=lambda weights: weights):
    """Write a folder of random weights in the published layout; return the weights."""
    _, tokenizer, images = tiny
    random = torch.Generator().manual_seed(0)
    shapes = system2_table(len(tokenizer))
    if system1:
        network = build(SHAPE.model_copy(update={"system1": system1}))
        shapes |= {f"model.{name}": tuple(value.shape) for name, value in network.state_dict().items()}
    weights = {name: torch.randn(shape, generator=random).bfloat16() for name, shape in shapes.items()}
    written = change(dict(weights))
    folder.mkdir(exist_ok=True)
    tokenizer.save_pretrained(folder)
    images.save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(config_of(tokenizer, system1)))
    halves = (dict(list(written.items())[::2]), dict(list(written.items())[1::2]))
    places = {}
    for number, half in enumerate(halves):
        name = f"model-{number + 1:05d}-of-00002.safetensors"
        save_file(half, folder / name, metadata={"format": "pt"})
        places |= dict.fromkeys(half, name)
    (folder / INDEX).write_text(json.dumps({"metadata": {"total_size": 0}, "weight_map": places}))
    return weights


@pytest.mark.parametrize("system1", [None, *KINDS])
def test_what_is_read_and_written_again_is_the_same_to_the_bit(tiny, tmp_path, system1):
    weights = write_published(tmp_path / "given", tiny, system1)
    official = from_official(tmp_path / "given", shape=SHAPE)
    assert (official.network is None) == (system1 is None)
    assert official.parts.model.dtype == torch.bfloat16
    to_official(tmp_path / "made", official.parts, official.network, config=official.config, largest_file="60KB")
    assert len(list((tmp_path / "made").glob("model-*.safetensors"))) > 1
    again = read_shards(tmp_path / "made")
    assert again.keys() == weights.keys()
    assert all(again[name].dtype == value.dtype and torch.equal(again[name], value) for name, value in weights.items())
    assert json.loads((tmp_path / "made/config.json").read_text()) == json.loads(
        (tmp_path / "given/config.json").read_text()
    )


def test_a_model_that_was_read_computes_what_one_with_these_weights_does(tiny, tmp_path):
    model, tokenizer, _ = tiny
    weights = write_published(tmp_path, tiny, "nextdit_async")
    official = from_official(tmp_path, shape=SHAPE)
    ours, theirs = official.parts.model.float(), type(model)(official.parts.model.config).float().eval()
    named = {
        name.replace("visual.", "model.visual.", 1)
        if name.startswith("visual.")
        else name.replace("model.", "model.language_model.", 1): value
        for name, value in weights.items()
        if name in system2_table(len(tokenizer))
    }
    theirs.load_state_dict({name: value.float() for name, value in named.items()})
    tokens = torch.tensor([tokenizer("Walk past the sofa.")["input_ids"]])
    with torch.no_grad():
        assert torch.allclose(ours(input_ids=tokens).logits, theirs(input_ids=tokens).logits, atol=1e-5)
    assert torch.equal(official.network.latent_queries, weights["model.latent_queries"])


def test_models_of_this_project_are_written_so_that_they_can_be_read(tiny, tmp_path):
    write_published(tmp_path / "first", tiny, "navdp_async")
    official = from_official(tmp_path / "first", shape=SHAPE)
    cameras = TrainedCameras(height=(1.25, 1.25), pitch=(0, 30))
    to_official(tmp_path / "made", official.parts, official.network, cameras=cameras)
    raw = json.loads((tmp_path / "made/config.json").read_text())
    given = config_of(tiny[1], "navdp_async")
    compared = given.keys() - {"vision_config", "sliding_window"}
    assert {key: raw[key] for key in compared} == {key: given[key] for key in compared}
    assert given["vision_config"].items() <= raw["vision_config"].items()
    again = from_official(tmp_path / "made", shape=SHAPE)
    assert (official.cameras, again.cameras) == (None, cameras)
    ours, theirs = (each.parts.model.state_dict() for each in (official, again))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    rope = [each.parts.model.config.get_text_config().rope_parameters for each in (official, again)]
    assert rope[0] == rope[1]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda w: {k: v for k, v in w.items() if "layers.1.mlp" not in k}, r"3 missing \(model.language_model.layers"),
        (lambda w: w | {"model.more": torch.zeros(2)}, r"1 unexpected \(model.more\)"),
        (lambda w: w | {"lm_head.weight": torch.zeros(2, WIDTH)}, r"1 of another shape \(lm_head.weight \(2, 32\)"),
        (lambda w: {k: v for k, v in w.items() if k != "model.latent_queries"}, r"1 missing \(latent_queries\)"),
    ],
)
def test_weights_that_do_not_fit_are_told(tiny, tmp_path, change, cause):
    write_published(tmp_path, tiny, "nextdit_async", change)
    with pytest.raises(DataError, match=cause):
        from_official(tmp_path, shape=SHAPE)


@pytest.mark.parametrize(("system1", "own"), [("nextdit_async", 609), ("nextdit", 339), ("navdp_async", None)])
def test_names_at_the_published_size(system1, own):
    with torch.device("meta"):
        model = Qwen2_5_VLForConditionalGeneration(system2_config(SEVEN_BILLION))
        network = build(BridgeConfig(system1=system1))
    names = united(Divided(model.state_dict(), network.state_dict()))
    assert own is None or len(network.state_dict()) == own
    assert len(names) == 729 + len(network.state_dict())
    first = {name.partition(".")[0] for name in names}
    assert first == {"visual", "model", "lm_head"}
    assert names["visual.blocks.31.mlp.down_proj.weight"].shape == (1280, 3420)
    assert names["model.layers.27.self_attn.k_proj.bias"].shape == (512,)
    assert names["model.embed_tokens.weight"].shape == names["lm_head.weight"].shape == (152064, 3584)
    assert names["model.latent_queries"].shape == (1, 4, 3584)
    again = divided(names)
    assert again.system2.keys() == model.state_dict().keys()
    assert again.system1.keys() == network.state_dict().keys()


def spoil_config(folder, **fields):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def test_folders_of_something_else_are_refused(tiny, tmp_path):
    with pytest.raises(DataError, match=r"config.json: cannot be read"):
        from_official(tmp_path)
    write_published(tmp_path, tiny, "nextdit_async")
    spoil_config(tmp_path, system1="navdp")
    with pytest.raises(DataError, match="its system1 'navdp' is not known"):
        from_official(tmp_path)
    spoil_config(tmp_path, system1=None)
    with pytest.raises(DataError, match="does not say which"):
        from_official(tmp_path, shape=SHAPE)
    spoil_config(tmp_path, model_type="llava")
    with pytest.raises(DataError, match="is of a llava"):
        from_official(tmp_path)


def test_files_that_do_not_hold_what_the_index_says_are_refused(tiny, tmp_path):
    write_published(tmp_path, tiny, None)
    index = json.loads((tmp_path / INDEX).read_text())
    file = tmp_path / "model-00002-of-00002.safetensors"
    kept = load_file(file)
    lost = sorted(kept)[0]
    save_file({name: value for name, value in kept.items() if name != lost}, file)
    with pytest.raises(DataError, match=f"do not agree on 1 weights, the first is {lost}"):
        from_official(tmp_path)
    index["weight_map"][lost] = "../elsewhere.safetensors"
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(DataError, match="not in its folder"):
        from_official(tmp_path)
    file.unlink()
    index["weight_map"][lost] = file.name
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(DataError, match="there is no such file"):
        from_official(tmp_path)


@pytest.mark.parametrize("qwen", [False, True])
def test_a_tokenizer_is_written_as_both_releases_of_transformers_open_it(tiny, tmp_path, qwen):
    """4.51 knows no class of the present release, wants no list of extra tokens, and reads two files that it dropped.

    It refused every folder that was made here.
    """
    _, tokenizer, images = tiny
    if qwen:
        tokenizer.save_pretrained(tmp_path / "first")
        model = json.loads((tmp_path / "first/tokenizer.json").read_text())["model"]
        merges = [tuple(pair) for pair in model["merges"]]
        tokenizer = Qwen2Tokenizer(model["vocab"], merges, extra_special_tokens=[*SPECIAL[1:]])
    folder = tmp_path / "made"
    folder.mkdir()
    write_tokenizer(tokenizer, folder)
    write_image_processor(images, folder)
    told = json.loads((folder / "tokenizer_config.json").read_text())
    assert told["tokenizer_class"] == ("Qwen2Tokenizer" if qwen else "PreTrainedTokenizerFast")
    assert "extra_special_tokens" not in told
    assert {"content", "lstrip", "normalized", "rstrip", "single_word", "special"} == {
        *told["added_tokens_decoder"]["600"]
    }
    if qwen:
        assert told["additional_special_tokens"] == [*SPECIAL[1:]]
    vocabulary = json.loads((folder / "vocab.json").read_text())
    head, *merges = (folder / "merges.txt").read_text().rstrip("\n").split("\n")
    assert head.startswith("#version")
    assert all("".join(merge.split(" ")) in vocabulary and merge.count(" ") == 1 for merge in merges)
    shown = json.loads((folder / "preprocessor_config.json").read_text())
    assert (shown["image_processor_type"], shown["processor_class"]) == ("Qwen2VLImageProcessor", "Qwen2_5_VLProcessor")
    again = AutoTokenizer.from_pretrained(folder)
    words = "Walk past the sofa, 12 ←←→<|im_end|> 'll über\n STOP"
    assert again(words)["input_ids"] == tokenizer(words)["input_ids"]
    assert again.chat_template == tokenizer.chat_template
