import pytest

from vln_pipeline.training.sample_order import SampleOrder


@pytest.mark.parametrize("batch_size", [1, 4, 7, 30])
def test_every_epoch_holds_every_sample_once(batch_size):
    order = SampleOrder(10, batch_size, seed=3)
    numbers = [number for batch in range(-(-30 // batch_size)) for number in order.batch(batch)][:30]
    for epoch in range(3):
        assert sorted(numbers[10 * epoch : 10 * epoch + 10]) == list(range(10 * epoch, 10 * epoch + 10))
    assert [n % 10 for n in numbers[:10]] != [n % 10 for n in numbers[10:20]]


def test_the_order_depends_on_the_seed_alone():
    assert SampleOrder(50, 8, seed=1).batch(9) == SampleOrder(50, 8, seed=1).batch(9)
    assert SampleOrder(50, 8, seed=1).batch(9) != SampleOrder(50, 8, seed=2).batch(9)
