"""What a browser keeps for the gate is read by nobody, and taken back only as it was given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe, jwk

from gate.domain.sign_in import Asked
from gate.interfaces.web.sealed import MOST, Seal
from gate.interfaces.web.session import Session

SECRET = b"k" * 32
SEAL = Seal(SECRET, "session")
SESSION = Session(person="maria", csrf="c" * 43, expires_ns=7)


def test_what_was_sealed_is_opened() -> None:
    assert SEAL.opened(SEAL.sealed(SESSION), Session) == SESSION
    assert Seal(SECRET, "session").opened(SEAL.sealed(SESSION), Session) == SESSION


def test_the_same_is_sealed_another_way_each_time() -> None:
    assert SEAL.sealed(SESSION) != SEAL.sealed(SESSION)


@pytest.mark.parametrize("other", [Seal(SECRET, "sign-in"), Seal(SECRET, "session "), Seal(b"l" * 32, "session")])
def test_what_was_sealed_for_another_purpose_or_by_another_key_is_nothing(other: Seal) -> None:
    assert other.opened(SEAL.sealed(SESSION), Session) is None


def test_another_kind_of_value_is_nothing() -> None:
    assert SEAL.opened(SEAL.sealed(Asked(state="a", nonce="b", verifier="c")), Session) is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_changed_character_never_makes_it_something_else(data: st.DataObject) -> None:
    sealed = SEAL.sealed(SESSION)
    place = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.sampled_from("ABCDEFXYZabcxyz0189-_."))
    # Of the last character of a part, base64 uses some bits only: another one may mean the same bytes.
    assert SEAL.opened(sealed[:place] + other + sealed[place + 1 :], Session) in {None, SESSION}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_rubbish_is_nothing(text: str) -> None:
    assert SEAL.opened(text, Session) is None


@pytest.mark.parametrize("text", ["", ".....", "a.b.c.d.e", "eyJhbGciOiJub25lIn0.e30.", "x" * (MOST + 1), "é"])
def test_what_has_no_such_form_is_nothing(text: str) -> None:
    assert SEAL.opened(text, Session) is None


def test_no_other_algorithm_is_taken_even_with_the_key() -> None:
    key = jwk.OctKey.import_key(SECRET)
    for alg, enc in (("A256KW", "A256GCM"), ("dir", "A128CBC-HS256")):
        text = jwe.encrypt_compact({"alg": alg, "enc": enc}, SESSION.model_dump_json(), key, algorithms=[alg, enc])
        assert SEAL.opened(text, Session) is None


def test_what_no_browser_would_keep_is_not_given_to_one() -> None:
    with pytest.raises(OverflowError):
        SEAL.sealed(SESSION.model_copy(update={"groups_claimed": tuple("g" * 90 for _ in range(100))}))
