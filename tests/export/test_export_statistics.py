import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vln_pipeline.export.statistics import QUANTILES, ImageStatistics, as_json, merged, of_numbers, sampled_frames

FINITE = st.floats(-1e3, 1e3)


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=3, max_side=6), elements=FINITE))
def test_numbers_have_the_shape_of_the_feature(values):
    found = of_numbers(values)
    shape = values.shape[1:] or (1,)
    assert all(found[name].shape == shape for name in ("min", "max", "mean", "std", *QUANTILES))
    assert found["count"].tolist() == [len(values)]
    np.testing.assert_allclose(found["q50"].ravel(), np.median(values.reshape(len(values), -1), axis=0), atol=1e-9)


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.just(3)), elements=FINITE),
    hnp.arrays(np.float64, st.tuples(st.integers(1, 20), st.just(3)), elements=FINITE),
)
def test_merging_equals_counting_together(first, second):
    pooled, together = merged(of_numbers(first), of_numbers(second)), of_numbers(np.concatenate([first, second]))
    for name in ("min", "max", "mean", "std", "count"):
        np.testing.assert_allclose(pooled[name], together[name], atol=1e-6)


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5), st.just(3))))
def test_histograms_equal_numpy(images):
    counted = ImageStatistics(len(images), 3, 256, 1 / 255)
    for frame, image in enumerate(images):
        counted.add(frame, image)
    found, pixels = counted.result(), images.reshape(-1, 3) / 255
    for name, expected in {
        "min": pixels.min(0),
        "max": pixels.max(0),
        "mean": pixels.mean(0),
        "std": pixels.std(0),
    }.items():
        assert found[name].shape == (3, 1, 1)
        np.testing.assert_allclose(found[name].ravel(), expected, atol=1e-9)
    for name, share in QUANTILES.items():
        np.testing.assert_allclose(found[name].ravel(), np.quantile(pixels, share, axis=0), atol=1e-9)
    assert found["count"].tolist() == [len(images)]


def test_large_images_are_thinned_and_depth_is_raw():
    depth = np.arange(480 * 640, dtype=np.uint32).reshape(480, 640) % 30_000
    counted = ImageStatistics(1, 1, 32_768, 1.0)
    counted.add(0, depth.astype(np.uint16))
    np.testing.assert_allclose(counted.result()["mean"].ravel(), depth[::4, ::4].mean())


def test_sampled_frames_are_all_of_a_short_episode():
    assert sampled_frames(60).tolist() == list(range(60))
    assert len(sampled_frames(300)) == 100 and sampled_frames(300)[[0, -1]].tolist() == [0, 299]
    assert len(sampled_frames(5000)) == int(5000**0.75)


def test_v21_has_no_quantiles():
    told = {"x": of_numbers(np.arange(3.0))}
    assert as_json(told, quantiles=False)["x"].keys() == {"min", "max", "mean", "std", "count"}
    assert as_json(told, quantiles=True)["x"]["q50"] == [1.0]
