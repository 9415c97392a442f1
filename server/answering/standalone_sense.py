"""How much a question sounds as if it went on with a conversation, by its sense: a linear model over its vector.

The packaged model's vector of a question tells "Will my settings be lost?" from "How do I export invoices?" in all its
languages, also where no word of theirs is known to the rules of `standalone`. Weights:
`python -m benchmarks.quality.fit_standalone`.
"""

import base64
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from storage.caches.embeddings import Matrix
from storage.embedding.universal_encoder import packaged_encoder

_LONGEST = 400  # characters

# fitted: from here
SCALE = 0.07488116
BIAS = -1.959855
WEIGHTS = (
    "FXra}0Tuib^#$?!0sI!{{SyZe`U~m*59$;b`!WOZ{|W%^{QmIq"
    "0t@^83MSnK_w)Js`s3Tk^9ue7^!(xi`3Us<`RoS?{_5%?_1ptJ"
    "`3>^{?&Sb24)O!<>FWa-;05*n0RRB^`WFKL1_tQ}A_@Qi<@6Ws"
    "4D93s_XZUi01f*64-fv{2q(Dy9|+*~3h^5S4;}ad4fqNR8vPIJ"
    "#s&Em68i-M3ftNQ_X-Q~?)?813l0ex2<hnt6Au#!*7gGO?(!23"
    "6b>c|4GstG>H7Bp{`l|e^d=A;+71Q;Cgl<9+Y9d+{T$`>2^s44"
    "3lq}+2>%!Q+Ys*$1PAl~_Z<Ts00jgY?f2CJ4Da|10{aN$5cqK!"
    "{sRgE^8pGL0|E>K=o1m{0|^7-3Jm=V{RjX1-}~VX0}sCLE*1U("
    "4D<K`6c6<q>JuRa`UL(44CCzv8V4NR2l){H0`U?R_Xh|g1@#B>"
    "8S(H2?h@}N`UeN?0PXkz?+@|z=ko&m1OWK;@(mLc{s#a2;RqGo"
    "4)q5d{{0&H0s8g?_x}DI^a~aI^B3U>_6+0!4F2%_6$20g67?|Y"
    ")dc}B{r>t9;_~_1{vhKE{RR>b{O<<)4-NkW_WkDf;qNK!{RaB="
    "=YI|s0|@Z^-~|N}{~z-4=L!b-^#uy^^#l9`6!;ku"
)
# fitted: to here


def sounds_dependent(question: str) -> bool:
    """Whether it is likelier to need the conversation before it than not; never without the packaged model."""
    strength = dependence_of(question)
    return strength is not None and strength > 0


@lru_cache(maxsize=4096)
def dependence_of(question: str) -> float | None:
    """Above 0 where it is likelier to need the conversation, in logits; None without the packaged model."""
    encoder = packaged_encoder()
    if encoder is None:
        return None
    return float(encoder.embed([question[:_LONGEST]])[0] @ _weights()) + BIAS


@lru_cache(maxsize=1)
def _weights() -> Matrix:
    """One for each number of a vector."""
    return np.frombuffer(base64.b85decode(WEIGHTS), dtype=np.int8).astype(np.float32) * np.float32(SCALE)


def encoded_weights(weights: Sequence[float]) -> tuple[str, float]:
    """`WEIGHTS` and `SCALE` for these: a byte for each, which moves a question by less than a hundredth."""
    scale = max(map(abs, weights)) / 127
    rounded = np.rint(np.asarray(weights) / scale).astype(np.int8)
    return base64.b85encode(rounded.tobytes()).decode(), scale
