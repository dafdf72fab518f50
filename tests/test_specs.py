"""Specs: every form of the grammar, back and forth, and errors that point at their place."""

import re

import pytest

from optviz.catalog import load_optimizer
from optviz.errors import ArgumentError, SpecError
from optviz.schedules import Constant, Cosine
from optviz.specs import Call, Spec, format_value, parse_spec, parse_value
from tests.properties import given, settings, st

SPECS = {
    "adam": ("adam", {}),
    "adam:lr=0.05,beta1=0.8": ("adam", {"lr": 0.05, "beta1": 0.8}),
    'sgd:lr=0.1,label="SGD, bold"': ("sgd", {"lr": 0.1, "label": "SGD, bold"}),
    "sgd:lr=0.1,schedule=cosine(200)": ("sgd", {"lr": 0.1, "schedule": Call("cosine", (200,))}),
    "adam:lr=log(1e-5,1),beta1=1-log(1e-3,0.5)": (
        "adam",
        {"lr": Call("log", (1e-5, 1)), "beta1": Call("1-log", (1e-3, 0.5))},
    ),
    "./mine.py:Mine:lr=0.1": ("./mine.py:Mine", {"lr": 0.1}),
    "./mine.py:lr=0.1": ("./mine.py", {"lr": 0.1}),
    "./mine.py:Mine": ("./mine.py:Mine", {}),
    "./my rules/mine-2.py:Mine:lr=1": ("./my rules/mine-2.py:Mine", {"lr": 1}),
    "C:\\rules\\mine.py:Mine:lr=1": ("C:\\rules\\mine.py:Mine", {"lr": 1}),
    "torch:optim.AdamW:lr=1e-3,amsgrad=true": ("torch:optim.AdamW", {"lr": 1e-3, "amsgrad": True}),
    'sgd:label="a=b:c(d"': ("sgd", {"label": "a=b:c(d"}),
    'sgd:label="x",lr=auto': ("sgd", {"label": "x", "lr": "auto"}),
    'sgd:label=""': ("sgd", {"label": ""}),
    "sgd:label=6:30": ("sgd", {"label": "6:30"}),
    "a:b=f(g(1,h(2)),x,true),c=3": ("a", {"b": Call("f", (Call("g", (1, Call("h", (2,)))), "x", True)), "c": 3}),
    'a:b=f("1, (2)",k)': ("a", {"b": Call("f", ("1, (2)", "k"))}),
    "a:b=constant()": ("a", {"b": Call("constant", ())}),
    "  adam  ": ("adam", {}),
}


@pytest.mark.parametrize(("text", "read"), SPECS.items(), ids=SPECS)
def test_specs_are_read(text, read):
    spec = parse_spec(text)
    assert (spec.text, spec.ref, spec.items) == (text, *read)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200", 200),
        ("-3", -3),
        ("+3", 3),
        ("0.5", 0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("-1E+3", -1000.0),
        ("true", True),
        ("False", False),
        ("cosine", "cosine"),
        ("one-cycle", "one-cycle"),
        ("nan", "nan"),
        ("1e", "1e"),
        ("1.2.3", "1.2.3"),
        ("3x", "3x"),
        ("1-2", "1-2"),
        ("1_000", "1_000"),
        ('"3"', "3"),
        ('"true"', "true"),
    ],
)
def test_values_are_read(text, value):
    found = parse_value(text)
    assert found == value
    assert type(found) is type(value)


def test_a_number_of_many_digits_is_just_large():
    assert parse_value("9" * 5000) == float("inf")
    assert parse_value("9" * 300) == int("9" * 300)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        (":lr=1", 0, "a name and a colon"),
        ("lr=1", 0, "a name and a colon"),
        (" :lr=1", 1, "a name and a colon"),
        ("adam:=1", 5, "expected key=value"),
        ("adam:1=1", 5, "expected key=value"),
        ("adam:lr=0.1,", 12, "expected key=value"),
        ("adam:lr=0.1,,beta1=0.2", 12, "expected key=value"),
        ("adam:lr=0.1,beta1", 17, "expected key=value"),
        ("adam:lr=0.1, beta1=0.2", 12, "expected key=value"),
        ("adam:beta-1=0.2", 9, "expected key=value"),
        ("adam:lr=", 8, "expected a value"),
        ("adam:lr=,beta1=1", 8, "expected a value"),
        ("adam:lr==1", 8, "expected a value"),
        ("adam:lr=)", 8, "expected a value"),
        ("adam:lr=0.1 beta1=0.2", 11, "a comma or the end"),
        ("adam:lr=0.1;beta1=0.2", 17, "a comma or the end"),
        ("adam:lr=0.1)", 11, "a comma or the end"),
        ('adam:label="a"b', 14, "a comma or the end"),
        ("adam:lr=3(4)", 9, "a comma or the end"),
        ('adam:label="a', 11, "never closed"),
        ('adam:lr=0.1,label="a,b=c', 18, "never closed"),
        ("adam:lr=0.1,lr=0.2", 12, "given twice"),
        ("adam:schedule=cosine(200", 24, "a comma or a closing parenthesis"),
        ("adam:schedule=cosine(200 10)", 24, "a comma or a closing parenthesis"),
        ("adam:schedule=cosine(", 21, "expected a value"),
        ("adam:schedule=cosine(,1)", 21, "expected a value"),
        ("adam:schedule=cosine(1,)", 23, "expected a value"),
        ("adam:lr=f(g(1),h(2)", 19, "a comma or a closing parenthesis"),
    ],
)
def test_what_does_not_parse_is_pointed_at(text, position, words):
    with pytest.raises(SpecError, match=words) as caught:
        parse_spec(text)
    assert caught.value.position == position
    assert str(caught.value).splitlines()[1:] == [f"  {text}", " " * (position + 2) + "^"]


@pytest.mark.parametrize(
    ("text", "position"), [("", 0), ("0.1 ", 3), ("a,b", 1), ("f(1)(2)", 4), ('"a', 0), ("f(1", 3), ("=", 0)]
)
def test_a_value_that_does_not_parse_is_pointed_at(text, position):
    with pytest.raises(SpecError) as caught:
        parse_value(text)
    assert (caught.value.text, caught.value.position) == (text, position)


WORDS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.-]*", fullmatch=True)
TEXTS = st.text(st.characters(blacklist_characters='"', blacklist_categories=["Cs"]))
PLAIN = (
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.sampled_from(["True", "TRUE", "false", "1e5", "-", "+1", "1-2", "", "a b", "a,b", "f(1)", "k=v", "x:y", "nan"])
)
VALUES = st.recursive(PLAIN, lambda inner: st.builds(Call, WORDS, st.lists(inner, max_size=3).map(tuple)), max_leaves=8)
ITEMS = st.dictionaries(st.from_regex(r"[a-z_][a-z0-9_]*", fullmatch=True), VALUES, min_size=1, max_size=4)
REFS = st.sampled_from(["adam", "./mine.py", "./mine.py:Mine", "my rules/a-b.py:C", "torch:optim.AdamW"])


@pytest.mark.slow
@settings(deadline=None)
@given(VALUES)
def test_a_value_comes_back_as_it_was_written(value):
    assert repr(parse_value(format_value(value))) == repr(value)


@pytest.mark.slow
@settings(deadline=None)
@given(REFS, ITEMS)
def test_a_spec_comes_back_as_it_was_written(ref, items):
    text = f"{ref}:" + ",".join(f"{key}={format_value(value)}" for key, value in items.items())
    spec = parse_spec(text)
    assert (spec.ref, repr(spec.items)) == (ref, repr(items))
    for key, place in spec.places.items():
        assert text[:place].endswith(f"{key}=")
        assert text.startswith(format_value(items[key]), place)


@settings(deadline=None, max_examples=300)
@given(st.text('ab1.-:,=()" e', max_size=24))
def test_any_text_is_a_spec_or_says_where_it_is_none(text):
    try:
        found = parse_spec(text)
    except SpecError as error:
        found = error
    assert found.text == text
    if isinstance(found, Spec):
        assert found.ref
        assert found.places.keys() == found.items.keys()
    else:
        assert 0 <= found.position <= len(text)


def test_a_quotation_mark_cannot_be_written():
    with pytest.raises(ArgumentError, match="quotation mark"):
        format_value('5" disc')


def test_a_spec_becomes_an_optimizer():
    entry = load_optimizer('adam:lr=0.05,beta1=0.8,schedule=cosine(200,10),label="Adam, slow"')
    assert (entry.ref, entry.label, entry.title) == ("adam", "Adam, slow", "Adam, slow")
    assert (entry.optimizer.lr, entry.optimizer.beta1) == (0.05, 0.8)
    assert entry.optimizer.schedule == Cosine(200, 10)
    plain = load_optimizer("Adam")
    assert (plain.label, plain.title, plain.optimizer.lr) == ("adam", "Adam", None)
    assert plain.optimizer.schedule == Constant()
    assert load_optimizer("sgd:lr=auto").optimizer.lr is None
    assert load_optimizer("rmsprop:centered=true").optimizer.centered is True


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("adam:lr=0.1,bet1=0.8", 12, "no hyperparameter of adam is called 'bet1'. Did you mean 'beta1'?"),
        ("adam:lr=0", 8, "lr must be a number in (0, inf), not 0"),
        ("adam:lr=-1", 8, "lr must be a number in (0, inf), not -1"),
        ("adam:lr=nan", 8, "lr must be a number in (0, inf), not 'nan'"),
        ("adam:lr=1e999", 8, "lr must be a number in (0, inf), not inf"),
        ("adam:lr=true", 8, "lr must be a number in (0, inf), not True"),
        ('adam:lr="0.1"', 8, "lr must be a number in (0, inf), not '0.1'"),
        ("adam:lr=log(1e-5,1)", 8, "lr must be a number in (0, inf), not 'log(…)'"),
        ("adam:lr=0.1,beta1=1", 18, "beta1 must be a number in [0, 1), not 1"),
        ("adam:lr=0.1,beta1=-0.1", 18, "beta1 must be a number in [0, 1), not -0.1"),
        ("adam:beta2=0.9,beta1=1-log(1e-3,0.5)", 21, "beta1 must be a number in [0, 1), not '1-log(…)'"),
        ("rmsprop:lr=0.1,centered=1", 24, "centered must be true or false, not 1"),
        ("sgd:lr=0.1,schedule=cosin(200)", 20, "no schedule is called 'cosin'. Did you mean 'cosine'?"),
        ("sgd:lr=0.1,schedule=cosine(0)", 20, "steps must be a number in [1, inf), not 0"),
        ("sgd:lr=0.1,schedule=cosine(1,2,3,4)", 20, "cosine takes (steps, warmup, floor)"),
        ("sgd:lr=0.1,schedule=3", 20, "no schedule is called '3'"),
        ("adam:beta1", 5, "expected key=value after the colon, as in adam:lr=0.1"),
        ("Adam:", 5, "expected key=value after the colon"),
    ],
)
def test_a_value_that_an_optimizer_refuses_is_pointed_at(text, position, words):
    with pytest.raises(SpecError, match=re.escape(words)) as caught:
        load_optimizer(text)
    assert (caught.value.text, caught.value.position) == (text, position)
