"""The weights of `standalone_sense`, written by `benchmarks.quality.fit_standalone`."""

SCALE = 0.07488116
BIAS = -1.959855
WEIGHTS = (
    "FXra}0Tuib^#$?!0sI!{{SyZe`U~m*59$;b`!WOZ{|W%^{QmIq0t@^83MSnK_w)Js`s3Tk^9ue7^!(xi`3Us<`RoS?{_5%?_1ptJ"
    "`3>^{?&Sb24)O!<>FWa-;05*n0RRB^`WFKL1_tQ}A_@Qi<@6Ws4D93s_XZUi01f*64-fv{2q(Dy9|+*~3h^5S4;}ad4fqNR8vPIJ"
    "#s&Em68i-M3ftNQ_X-Q~?)?813l0ex2<hnt6Au#!*7gGO?(!236b>c|4GstG>H7Bp{`l|e^d=A;+71Q;Cgl<9+Y9d+{T$`>2^s44"
    "3lq}+2>%!Q+Ys*$1PAl~_Z<Ts00jgY?f2CJ4Da|10{aN$5cqK!{sRgE^8pGL0|E>K=o1m{0|^7-3Jm=V{RjX1-}~VX0}sCLE*1U("
    "4D<K`6c6<q>JuRa`UL(44CCzv8V4NR2l){H0`U?R_Xh|g1@#B>8S(H2?h@}N`UeN?0PXkz?+@|z=ko&m1OWK;@(mLc{s#a2;RqGo"
    "4)q5d{{0&H0s8g?_x}DI^a~aI^B3U>_6+0!4F2%_6$20g67?|Y)dc}B{r>t9;_~_1{vhKE{RR>b{O<<)4-NkW_WkDf;qNK!{RaB="
    "=YI|s0|@Z^-~|N}{~z-4=L!b-^#uy^^#l9`6!;ku"
)
