"""Finds the passages nearest to a question: by meaning and by words, merged, the best of them looked at closely.

How they are put in order is in `ordering`. Knows nothing of relevance thresholds, language models or HTTP.
"""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import wait
from dataclasses import replace

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.schema import NodeWithScore, QueryBundle

from server.evidence.asked_rows import holds_asked_row
from server.evidence.examination import Profile, profile_of, words_of
from server.evidence.likelihood import Standing
from server.evidence.near_misses import is_another_edition, names_edition
from server.passages import Found
from server.retrieval.corpus import DENSE_CANDIDATES, Corpus, corpus_of, language_shares
from server.retrieval.document_globs import matching
from server.retrieval.document_names import Named, asked_years, without_names
from server.retrieval.edition_pairs import paired_places
from server.retrieval.index_holder import OpenIndex
from server.retrieval.ordering import (
    EVIDENCE_SHARE,
    FOREIGN_PLACES,
    TABLE_SHARE,
    Candidate,
    dated_figures,
    fuse,
    look_closely,
    merged,
    named_first,
    over_the_mean,
    with_places_by_meaning,
    with_table,
    without_repetition,
)
from server.retrieval.other_tongues import in_another_tongue
from server.retrieval.topics import may_be_topic, supported, topicality
from storage.caches.embeddings import Matrix
from storage.vectors.llama_index import PassageMetadata, add_metadata, passage_node, place_of
from storage.words.languages import language_of

DENSE_SHARE = 0.45
"""`a`: between 0.35 and 0.5 the development sets differ by less than their noise; see `make eval`."""

_SHARES_WITHIN = (0.5, 0.5)  # the same where a document is named: chosen on reports that are full of figures

LEXICAL_CANDIDATES = 60
"""How many passages the search by words gives."""

_LOOKED_AT = 15  # of the merged candidates, or half more than asked for: with 20 `make eval` finds nothing more
_NEAR_AT_ALL = 0.2  # by so much above passages in general the nearest stands, or none counts as near
_FEW = 10_000  # passages are compared one by one; of more, fetching too many of all is quicker

_FEW_WITHIN = 4_000  # passages of named documents that are all compared
_WITHIN = 45  # of them are looked at closely


class HybridRetriever(BaseRetriever):
    """The `k` best passages of an open index, best first; a node's score is 0 to 1, 1 is best.

    A query bundle may hold the question in several wordings: all are searched for, and sentences are read for its
    `query_str`. `documents` are glob patterns on the relative path: only what matches is searched. A node's metadata
    gains "retrieval_score", "labels", and what `Found` says as "found". With `reads_sentences` what the sentences mean
    as well, for whoever judges or quotes them: that costs more than all the rest, and changes no order.
    """

    def __init__(
        self,
        index: OpenIndex,
        k: int,
        documents: Sequence[str] = (),
        reads_sentences: bool = True,
        *,
        dense_share: float = DENSE_SHARE,
        evidence_share: float = EVIDENCE_SHARE,
    ) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._generation = index.generation
        self._embed_model = index.embed_model
        self._k = k
        self._documents = tuple(documents)
        self._reads_sentences = reads_sentences
        self._dense_share = dense_share
        self._evidence_share = evidence_share

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """No passage at all where there is none."""
        paths = self._paths()
        if paths is not None and not paths:
            return []
        corpus = corpus_of(self._generation, self._embed_model)
        questions = list(dict.fromkeys(query_bundle.embedding_strs))
        if not questions:
            return []
        names = [corpus.directory.named_in(question) for question in questions]
        found, profiles = zip(
            *(self._found(question, named, paths, corpus) for question, named in zip(questions, names, strict=True)),
            strict=True,
        )
        judged = query_bundle.query_str or questions[0]
        profile = profiles[0] if judged == questions[0] else self._profile(judged)
        best = without_repetition(merged(found), self._k)
        homes = corpus.directory.homes_of_names(questions[0])
        years = asked_years(questions[0])
        best = [_called(_as_edition(questions[0], each, corpus), names[0], homes, years, corpus) for each in best]
        best = self._with_tongues(questions, profile, best, names[0], corpus)
        return self._nodes(self._with_meanings(profile, best, corpus))

    def _with_tongues(
        self,
        questions: Sequence[str],
        profile: Profile,
        candidates: list[Candidate],
        named: Named,
        corpus: Corpus,
    ) -> list[Candidate]:
        """The same, told which ones are in another language than the one that is asked in, for whoever judges them."""
        if not self._reads_sentences or not corpus.crosses_languages:
            return candidates  # a model of one language finds nothing across them but what shares words
        found = in_another_tongue(
            questions,
            profile,
            [each.chunk for each in candidates],
            language_shares(self._generation, self._documents),
            corpus.titles,
            named.documents,
            self._generation.catalogue.words.documents_with,
        )
        return [
            replace(each, found=each.found._replace(other_tongue=is_other))
            for each, is_other in zip(candidates, found, strict=True)
        ]

    def _with_meanings(self, profile: Profile, candidates: list[Candidate], corpus: Corpus) -> list[Candidate]:
        """The same, with what their sentences mean, where the model is quick enough to read those."""
        if corpus.sentences is None or not self._reads_sentences:
            return candidates
        passages = [(each.chunk, _found(each)) for each in candidates]
        vector = corpus.sentence_vector(profile.question)
        known = corpus.sentences.with_meanings(
            profile,
            passages,
            vector,
            corpus.general_sentence(vector),
            corpus.titles,
            self._generation.catalogue.words.documents_with,
        )
        pairs = paired_places(profile, [(each.chunk, found) for each, found in zip(candidates, known, strict=True)])
        return [
            replace(candidate, found=found._replace(paired=paired))
            for candidate, found, paired in zip(candidates, known, pairs, strict=True)
        ]

    def _found(
        self, question: str, names: Named, paths: list[str] | None, corpus: Corpus
    ) -> tuple[list[Candidate], Profile]:
        """The passages for one wording of the question, looked at closely, and the wording taken apart."""
        if paths is None:
            self._generation.catalogue.words.prepare_search(question)
        searching = corpus.beside(lambda: self._near(question, paths, corpus))
        try:
            words, profile = self._read(question, paths)  # meanwhile
        finally:
            wait((searching,))  # who leaves gives the index back, and it may be closed then
        vector, near = searching.result()
        best, topic = self._best(near, words, vector, corpus, profile)
        named = _among(names, paths)
        others = [candidate for candidate in best if candidate.chunk.document not in named.sure]
        closest = with_places_by_meaning(look_closely(others, profile, self._evidence_share * (1.0 - topic)))
        if named.documents:
            within = self._within(question, named, vector, corpus) if named.sure else []
            closest = named_first([*closest, *within], named)
        return closest, profile

    def _within(self, question: str, named: Named, vector: Matrix, corpus: Corpus) -> list[Candidate]:
        """The passages of the documents that the question surely names, by what else it says."""
        paths, years = sorted(named.sure), asked_years(question)
        words, profile = self._read(without_names(question, named), paths)
        ids = self._generation.catalogue.chunk_ids(paths)
        if len(ids) > _FEW_WITHIN:
            ids = list(dict.fromkeys([*self._nearest(vector, paths), *words]))
        cosines = self._generation.exact.cosines(ids, vector)
        mean, deviation = corpus.general_cosine(vector)
        dense_share, evidence_share = _SHARES_WITHIN
        scores = fuse(over_the_mean(cosines, mean), words, corpus.weights, dense_share)
        chunks = self._generation.catalogue.chunks(ids)
        tables = {id_: dated_figures(chunk.text, years) for id_, chunk in chunks.items()}
        asked = {id_ for id_ in words if holds_asked_row(profile, chunks[id_].text, chunks[id_].context)}
        best = sorted(scores, key=lambda id_: (id_ not in asked, -scores[id_] - TABLE_SHARE * tables[id_], id_))[
            :_WITHIN
        ]
        found = [
            Candidate(chunks[id_], scores[id_], Standing((cosines[id_] - mean) / deviation, corpus.crosses_languages))
            for id_ in best
        ]
        closest = look_closely(found, profile, evidence_share)
        return [replace(each, score=with_table(each, profile, tables[each.chunk.id])) for each in closest]

    def _paths(self) -> list[str] | None:
        """The documents that may be searched, None for all."""
        if not self._documents:
            return None
        known = self._generation.catalogue.paths()
        wanted = matching(known, self._documents)
        return None if len(wanted) == len(known) else wanted

    def _near(self, question: str, paths: list[str] | None, corpus: Corpus) -> tuple[Matrix, list[str]]:
        """The question's vector, and the passages nearest to it."""
        vector = corpus.question_vector(question)
        return vector, corpus.nearest(vector) if paths is None else self._nearest(vector, paths)

    def _read(self, question: str, paths: list[str] | None) -> tuple[dict[str, float], Profile]:
        """What needs no vector: the BM25 of the passages that share words, and the question taken apart."""
        hits = self._generation.catalogue.words.search(question, LEXICAL_CANDIDATES, paths)
        return {hit.chunk_id: hit.score for hit in hits}, self._profile(question)

    def _profile(self, question: str) -> Profile:
        return profile_of(
            question, self._generation.catalogue.words.document_frequencies, self._generation.manifest.counts.chunks
        )

    def _best(
        self,
        near: Collection[str],
        words: Mapping[str, float],
        vector: Matrix,
        corpus: Corpus,
        profile: Profile,
    ) -> tuple[list[Candidate], float]:
        """The candidates that are worth a close look, and how surely the question names a topic."""
        cosines = self._generation.exact.cosines(list(dict.fromkeys([*near, *words])), vector)
        mean, deviation = corpus.general_cosine(vector)
        scores = fuse(over_the_mean(cosines, mean, _NEAR_AT_ALL), words, corpus.weights, self._dense_share)
        plain = fuse(cosines, words, corpus.weights) if may_be_topic(profile) else {}
        topic = topicality(profile, list(plain.values()))
        if topic > 0.0:
            alike = self._supported(plain)
            scores = {id_: (1.0 - topic) * score + topic * alike[id_] for id_, score in scores.items()}
        best = sorted(scores, key=lambda id_: (-scores[id_], id_))[: max(_LOOKED_AT, self._k * 3 // 2)]
        nearest = sorted(cosines, key=lambda id_: (-cosines[id_], id_))[:FOREIGN_PLACES]
        chunks = self._generation.catalogue.chunks(dict.fromkeys([*best, *nearest]))
        language = language_of(profile.question) if corpus.crosses_languages else None
        foreign = {id_ for id_ in near if id_ in chunks and _is_in_another_language(chunks[id_].text, language)}
        best += [id_ for id_ in nearest if id_ in foreign and id_ not in best]
        found = [
            Candidate(
                chunks[id_],
                scores[id_],
                Standing((cosines[id_] - mean) / deviation, corpus.crosses_languages),
                id_ in foreign,
            )
            for id_ in best
        ]
        return found, topic

    def _supported(self, scores: Mapping[str, float]) -> dict[str, float]:
        """What resembles the best passages of a topic gains."""
        catalogue = self._generation.catalogue
        chunks = catalogue.chunks(scores)
        texts = [chunks[id_].embed_text for id_ in scores]
        vectors = self._generation.exact.vectors(list(scores))
        total = self._generation.manifest.counts.chunks
        return supported(scores, vectors, texts, catalogue.words.document_frequencies, total)

    def _nearest(self, vector: Matrix, paths: list[str]) -> list[str]:
        """The passages of these documents nearest in meaning."""
        total = self._generation.manifest.counts.chunks
        ids = self._generation.catalogue.chunk_ids(paths)
        wanted = min(DENSE_CANDIDATES, len(ids))
        if len(ids) <= _FEW:
            cosines = self._generation.exact.cosines(ids, vector)
            return sorted(cosines, key=lambda id_: (-cosines[id_], id_))[:wanted]
        allowed = frozenset(ids)
        fetched = wanted * total // len(ids)
        while True:
            fetched = min(2 * fetched, total)
            inside = [id_ for id_, _ in self._generation.vectors.nearest(vector, fetched) if id_ in allowed]
            if len(inside) >= wanted or fetched == total:
                return inside[:wanted]

    def _nodes(self, candidates: Sequence[Candidate]) -> list[NodeWithScore]:
        catalogue, places = self._generation.catalogue, [(c.chunk.document, c.chunk.pages) for c in candidates]
        known = zip(candidates, catalogue.labels(places), catalogue.remarks(places), strict=True)
        return [_node(candidate, labels, list(remarks)) for candidate, labels, remarks in known]


def _found(candidate: Candidate) -> Found:
    """What is known of it, with its standing and score as they are now."""
    standing = candidate.standing
    return candidate.found._replace(standing=standing.deviations, crosses=standing.crosses, score=candidate.score)


def _called(
    candidate: Candidate,
    named: Named,
    homes: Mapping[str, Collection[str]],
    years: Collection[str],
    corpus: Corpus,
) -> Candidate:
    """Told by which words and years the question names its document, or that it names another one."""
    chunk = candidate.chunk
    called = named.calls.get(chunk.document, ())
    of_another = bool(homes) and not called and not any(chunk.document in found for found in homes.values())
    if of_another:
        here = words_of(f"{corpus.titles.get(chunk.document, '')}\n{chunk.context}\n{chunk.text}").different
        of_another = here.isdisjoint(homes)
    called = (*called, *corpus.directory.years_of(chunk.document, years))
    return replace(candidate, found=candidate.found._replace(called=called, of_another=of_another))


def _as_edition(question: str, candidate: Candidate, corpus: Corpus) -> Candidate:
    """Told whether the question names another version of the passage's document, of which nothing is said here."""
    chunk = candidate.chunk
    called = (chunk.document, corpus.titles.get(chunk.document, ""), chunk.context)
    is_another = is_another_edition(question, *called) and not names_edition(question, chunk.text)
    return replace(candidate, found=candidate.found._replace(other_edition=is_another))


def _is_in_another_language(text: str, language: str | None) -> bool:
    """Whether both languages are known and differ."""
    return language is not None and language_of(text) not in (None, language)


def _node(candidate: Candidate, labels: list[str], remarks: list[str]) -> NodeWithScore:
    node = passage_node(candidate.chunk)
    added = PassageMetadata(
        retrieval_score=candidate.score,
        found=_found(candidate),
        labels=labels,
        remarks=remarks,
        also_in=[place_of(chunk) for chunk in candidate.also_in],
    )
    add_metadata(node, added)
    return NodeWithScore(node=node, score=candidate.score)


def _among(named: Named, paths: Collection[str] | None) -> Named:
    """Only the documents that may be searched."""
    if paths is None:
        return named
    documents = {path: share for path, share in named.documents.items() if path in paths}
    return replace(named, documents=documents, sure=named.sure.intersection(paths))
