"""Names and shapes of all weights of Seq2Seq, CMA and RDP, as InternNav's programs make them at full size."""

import pytest
import torch
from safetensors.torch import save_file

from vln_pipeline.errors import DataError
from vln_pipeline.models.cma.config import CmaConfig
from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.rdp.network import Rdp
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.models.single_system.names import own_name, published_name
from vln_pipeline.models.single_system.official import load_official, official_weights

Table = dict[str, tuple[int, ...]]
R2R_WORDS, CLIP_WORDS = 2504, 49408
BLOCKS = (3, 4, 6, 3)
STATE = 512
TINY = {
    "instruction": {"embedding": 4, "hidden": 4},
    "rgb": {"size": 32, "planes": 4, "blocks": [1, 1, 1, 1], "positions": 4, "output": 4},
    "depth": {"size": 64, "planes": 4, "blocks": [1, 1, 1, 1], "groups": 2, "flat": 16, "positions": 4, "output": 4},
    "state": 8,
}


def linear(name: str, out: int, into: int, *kernel: int) -> Table:
    return {f"{name}.weight": (out, into, *kernel), f"{name}.bias": (out,)}


def norm(name: str, width: int) -> Table:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def batch_norm(name: str, width: int) -> Table:
    running = {f"{name}.running_mean": (width,), f"{name}.running_var": (width,), f"{name}.num_batches_tracked": ()}
    return norm(name, width) | running


def gru(name: str, into: int) -> Table:
    table: Table = {f"{name}.rnn.weight_ih_l0": (3 * STATE, into), f"{name}.rnn.weight_hh_l0": (3 * STATE, STATE)}
    return table | {f"{name}.rnn.bias_{end}_l0": (3 * STATE,) for end in ("ih", "hh")}


def lstm(name: str, into: int, hidden: int, ends: tuple[str, ...]) -> Table:
    table: Table = {}
    for end in ends:
        table |= {f"{name}.weight_ih_l0{end}": (4 * hidden, into), f"{name}.weight_hh_l0{end}": (4 * hidden, hidden)}
        table |= {f"{name}.bias_{part}_l0{end}": (4 * hidden,) for part in ("ih", "hh")}
    return table


def imagenet_resnet(name: str) -> Table:
    table = {f"{name}.0.weight": (64, 3, 7, 7)} | batch_norm(f"{name}.1", 64)
    into = 64
    for stage, count in enumerate(BLOCKS):
        width = 64 * 2**stage
        for block in range(count):
            part = f"{name}.{4 + stage}.{block}"
            table |= {f"{part}.conv1.weight": (width, into, 1, 1), f"{part}.conv2.weight": (width, width, 3, 3)}
            table |= {f"{part}.conv3.weight": (4 * width, width, 1, 1)}
            table |= batch_norm(f"{part}.bn1", width) | batch_norm(f"{part}.bn2", width)
            table |= batch_norm(f"{part}.bn3", 4 * width)
            if block == 0:
                table |= {f"{part}.downsample.0.weight": (4 * width, into, 1, 1)}
                table |= batch_norm(f"{part}.downsample.1", 4 * width)
            into = 4 * width
    return table


def ddppo_resnet(name: str) -> Table:
    body = f"{name}.visual_encoder.backbone"
    table = {f"{body}.conv1.0.weight": (32, 1, 7, 7)} | norm(f"{body}.conv1.1", 32)
    into = 32
    for stage, count in enumerate(BLOCKS):
        width = 32 * 2**stage
        for block in range(count):
            part = f"{body}.layer{1 + stage}.{block}"
            shapes = {"0": (width, into, 1, 1), "3": (width, width, 3, 3), "6": (4 * width, width, 1, 1)}
            table |= {f"{part}.convs.{place}.weight": shape for place, shape in shapes.items()}
            table |= norm(f"{part}.convs.1", width) | norm(f"{part}.convs.4", width)
            table |= norm(f"{part}.convs.7", 4 * width)
            if block == 0:
                table |= {f"{part}.downsample.0.weight": (4 * width, into, 1, 1)}
                table |= norm(f"{part}.downsample.1", 4 * width)
            into = 4 * width
    compressed = {f"{name}.visual_encoder.compression.0.weight": (128, 1024, 3, 3)}
    return table | compressed | norm(f"{name}.visual_encoder.compression.1", 128)


def said() -> Table:
    return linear("action_distribution.linear", 4, STATE) | linear("progress_monitor", 1, STATE)


def seq2seq() -> Table:
    table: Table = {"instruction_encoder.embedding_layer.weight": (R2R_WORDS, 50)}
    table |= lstm("instruction_encoder.encoder_rnn", 50, 128, ("",))
    table |= imagenet_resnet("rgb_encoder.cnn") | linear("rgb_encoder.fc.1", 256, 2048)
    table |= ddppo_resnet("depth_encoder") | linear("depth_encoder.visual_fc.1", 128, 2048)
    return table | gru("state_encoder", 512) | said()


def cma() -> Table:
    table: Table = {"instruction_encoder.embedding_layer.weight": (R2R_WORDS, 50), "_scale": ()}
    table |= lstm("instruction_encoder.encoder_rnn", 50, 128, ("", "_reverse"))
    table |= imagenet_resnet("rgb_encoder.cnn") | {"rgb_encoder.spatial_embeddings.weight": (16, 64)}
    table |= ddppo_resnet("depth_encoder") | {"depth_encoder.spatial_embeddings.weight": (16, 64)}
    table |= {"prev_action_embedding.weight": (5, 32)}
    table |= linear("rgb_linear.2", 256, 2112) | linear("depth_linear.1", 128, 3072)
    table |= gru("state_encoder", 416) | gru("second_state_encoder", 512)
    table |= linear("rgb_kv", 512, 2112, 1) | linear("depth_kv", 384, 192, 1) | linear("text_k", 256, 256, 1)
    table |= linear("state_q", 256, 512) | linear("text_q", 256, 256)
    return table | linear("second_state_compress.0", 512, 1184) | said()


def clip_transformer(name: str, width: int) -> Table:
    table: Table = {}
    for block in (f"{name}.resblocks.{number}" for number in range(12)):
        table |= {f"{block}.attn.in_proj_weight": (3 * width, width), f"{block}.attn.in_proj_bias": (3 * width,)}
        table |= linear(f"{block}.attn.out_proj", width, width)
        table |= linear(f"{block}.mlp.c_fc", 4 * width, width) | linear(f"{block}.mlp.c_proj", width, 4 * width)
        table |= norm(f"{block}.ln_1", width) | norm(f"{block}.ln_2", width)
    return table


def cross(name: str) -> Table:
    table: Table = {}
    for layer in (f"{name}.cross_modal_encoder.crossattention.{number}" for number in range(2)):
        for part in ("attention", "crossattention"):
            for one in ("query", "key", "value"):
                table |= linear(f"{layer}.{part}.self.{one}", 512, 512)
            table |= linear(f"{layer}.{part}.output.dense", 512, 512) | norm(f"{layer}.{part}.output.LayerNorm", 512)
        table |= linear(f"{layer}.intermediate.dense", 3072, 512) | linear(f"{layer}.output.dense", 512, 3072)
        table |= norm(f"{layer}.output.LayerNorm", 512)
    return table


def denoiser(name: str) -> Table:
    table: Table = {f"{name}.pos_emb": (1, 8, 512), f"{name}.cond_pos_emb": (1, 14, 512), f"{name}.mask": (8, 8)}
    table |= {f"{name}.memory_mask": (8, 14), f"{name}._dummy_variable": (0,)}
    table |= linear(f"{name}.input_emb", 512, 3) | linear(f"{name}.cond_obs_emb", 512, 512)
    layers = {f"{name}.encoder.layers.0": ("self_attn",)}
    layers |= {f"{name}.decoder.layers.{number}": ("self_attn", "multihead_attn") for number in range(3)}
    for layer, attentions in layers.items():
        for attention in attentions:
            table |= {f"{layer}.{attention}.in_proj_weight": (1536, 512), f"{layer}.{attention}.in_proj_bias": (1536,)}
            table |= linear(f"{layer}.{attention}.out_proj", 512, 512)
        for number in range(1 + len(attentions)):
            table |= norm(f"{layer}.norm{number + 1}", 512)
        table |= linear(f"{layer}.linear1", 2048, 512) | linear(f"{layer}.linear2", 512, 2048)
    return table | norm(f"{name}.ln_f", 512) | linear(f"{name}.head", 3, 512)


def rdp() -> Table:
    text, images = "instruction_encoder.text_transformer", "image_encoder"
    vision = f"{images}.image_transformer"
    table: Table = {f"{text}.token_embedding.weight": (CLIP_WORDS, 512)}
    table |= {f"{text}.{name}": (248, 512) for name in ("positional_embedding", "positional_embedding_res")}
    table |= clip_transformer(f"{text}.transformer", 512) | norm(f"{text}.ln_final", 512)
    table |= {f"{part}.text_projection": (512, 512) for part in (text, vision)}
    table |= {f"{part}.logit_scale": () for part in (text, vision)}
    table |= {f"{vision}.positional_embedding_res": (248, 512), f"{vision}.visual.class_embedding": (768,)}
    table |= {f"{vision}.visual.positional_embedding": (197, 768), f"{vision}.visual.proj": (768, 512)}
    table |= {f"{vision}.visual.conv1.weight": (768, 3, 16, 16)}
    table |= clip_transformer(f"{vision}.visual.transformer", 768)
    table |= norm(f"{vision}.visual.ln_pre", 768) | norm(f"{vision}.visual.ln_post", 768)
    table |= ddppo_resnet(f"{images}.depth_encoder")
    table |= {f"{images}.depth_encoder.spatial_embeddings.weight": (16, 64), f"{images}.image_fc.weight": (512, 768)}
    table |= linear(f"{images}.depth_linear.1", 768, 3072) | linear(f"{images}.img_learnable_linear", 512, 768)
    table |= linear(f"{images}.depth_learnable_linear", 512, 768) | {f"{images}.pos_embedding.pos_enc": (1, 4, 2560)}
    for name in ("layernorm", "img_ln", "depth_ln"):
        table |= norm(f"{images}.{name}", 512)
    table |= cross("txt_img_cross_encoder") | cross("img_txt_cross_encoder")
    table |= linear("prev_action_embedding", 64, 3) | linear("prev_action_embedding_dp", 512, 3)
    table |= linear("imu_linear", 64, 3) | linear("imu_linear_dp", 512, 3) | norm("prev_act_ln", 64)
    table |= {"prev_action_pos_embedding.pos_enc": (1, 4, 64), "action_type_embeds.weight": (10, 512)}
    table |= gru("state_encoder", 2688) | denoiser("action_dp_pred_net")
    for head in ("progress_monitor", "stop_progress_predictor"):
        for place, out, into in ((0, 256, 1024), (2, 64, 256), (4, 1, 64)):
            table |= linear(f"{head}.network.{place}", out, into)
    return table


@pytest.mark.parametrize(
    ("kind", "words", "table"), [(Seq2Seq, R2R_WORDS, seq2seq), (Cma, R2R_WORDS, cma), (Rdp, CLIP_WORDS, rdp)]
)
def test_every_weight_has_its_published_name_and_shape(kind, words, table):
    with torch.device("meta"):
        network = kind(kind.shape(), words)
        weights = official_weights(network)
    assert {name: tuple(value.shape) for name, value in weights.items()} == table()
    for name in network.state_dict():
        assert own_name(published_name(name, kind.rules), kind.rules) == name


@pytest.fixture
def small():
    torch.manual_seed(0)
    return Cma(CmaConfig.model_validate(TINY), 300)


@pytest.mark.parametrize("prefix", ["", "net."])
def test_a_published_file_comes_back_to_the_bit_with_a_report(small, tmp_path, prefix):
    told = official_weights(small)
    named = {name if name.startswith("action_") else f"{prefix}{name}": value for name, value in told.items()}
    save_file({name: value.contiguous() for name, value in named.items()}, tmp_path / "cma.safetensors")
    back = load_official(tmp_path / "cma.safetensors", Cma, small.config)
    assert all(torch.equal(value, back.network.state_dict()[name]) for name, value in small.state_dict().items())
    assert back.ignored == (f"{prefix}_scale",)
    assert back.lines() == [f"{len(small.state_dict())} weights of a CMA taken", f"ignored: {prefix}_scale"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda w: w.pop("text_q.weight"), "1 missing"),
        (lambda w: w.update(more=torch.zeros(1)), "1 unexpected"),
        (lambda w: w.update({"text_q.bias": torch.zeros(7)}), "1 of another shape"),
        (lambda w: w.pop("instruction_encoder.embedding_layer.weight"), "so it is no CMA"),
    ],
)
def test_a_file_of_another_network_is_refused(small, tmp_path, change, cause):
    told = official_weights(small)
    change(told)
    save_file({name: value.contiguous() for name, value in told.items()}, tmp_path / "cma.safetensors")
    with pytest.raises(DataError, match=cause):
        load_official(tmp_path / "cma.safetensors", Cma, small.config)
