"""What is remembered of one open generation between questions: how its passages look in general, which of them weigh
less, LlamaIndex's view of it, which languages they are in, and recent questions.

Nothing here changes an answer; it saves work. It goes when the generation is closed.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from llama_index.core import VectorStoreIndex
from llama_index.core.vector_stores.types import VectorStoreQuery

from server.evidence.examination import forget_texts, sentences_of
from server.retrieval.document_globs import matching
from server.retrieval.document_names import FIRST_PAGE, Directory, names_of
from server.retrieval.query_embedding import QueryEmbedder, embed_questions
from server.retrieval.sentence_meaning import SentenceReader
from server.threads import Threads
from storage.caches.embeddings import Matrix, unit_rows
from storage.catalogue.catalogue import Catalogue
from storage.embedding.universal_encoder import packaged_encoder
from storage.generations.published import Generation
from storage.vectors.collection import VectorCollection
from storage.words.languages import language_of

Found = TypeVar("Found")

DENSE_CANDIDATES = 40
"""How many passages the search by meaning gives."""

_NO_WORDS = re.compile(r"[\W\d_]+")
_SAMPLE = 256
_SENTENCES = 96  # of the sample that a sentence is read of: 2 ms each, once for every index that is opened
_FEW = 64
_LANGUAGE_SAMPLE = 64
_BEGINNING = 600  # characters of a document, which tell its language
_MOST_QUICK = 50_000  # passages
_SEARCHES = 16  # at a time; threads come as they are needed
_LEAST_DEVIATION = 0.02
_LEAST_ALIKE = 0.3  # how much nearer a sentence is to its translation than to others
_EVERYDAY = (
    ("The bus to the station leaves every ten minutes.", "去车站的公共汽车每十分钟一班。"),
    ("She painted the kitchen wall yellow last summer.", "去年夏天她把厨房的墙刷成了黄色。"),
    ("Heavy rain is expected in the mountains on Friday.", "预计星期五山区有大雨。"),
    ("The company sold more bicycles than the year before.", "这家公司卖出的自行车比前一年多。"),
    ("Add two eggs and stir until the dough is smooth.", "加入两个鸡蛋，搅拌到面团光滑。"),
    ("The goalkeeper was injured in the second half.", "守门员在下半场受伤了。"),
)
_EVERYDAY_SENTENCES = [sentence for pair in _EVERYDAY for sentence in pair]


class Corpus:
    """A generation's passages in general, and the vectors of recent questions. For many threads.

    `crosses_languages`: the embedding model knows a sentence and its Chinese translation for the same.
    `weights` are those of the passages that weigh more or less than 1.0. `directory`: what the documents are called.
    `sentences` reads single sentences, None where no model is there that is quick enough. `titles`: document → file
    name and title, in words. `is_quick`: to embed a question and find what is nearest takes a few milliseconds.
    """

    def __init__(
        self,
        background: Matrix,
        crosses_languages: bool,
        weights: Mapping[str, float],
        embedder: QueryEmbedder,
        index: VectorStoreIndex,
        candidates: int,
        directory: Directory,
        sentences: SentenceReader | None = None,
        sentences_in_general: Matrix | None = None,
        titles: Mapping[str, str] | None = None,
        *,
        is_quick: bool = False,
    ) -> None:
        self._background = background
        self._sentences_in_general = background if sentences_in_general is None else sentences_in_general
        self._embedder = embedder
        self._index = index
        self._candidates = candidates
        self._is_quick = is_quick
        self._searches = Threads(_SEARCHES, "search")
        self.crosses_languages = crosses_languages
        self.weights = weights
        self.directory = directory
        self.sentences = sentences
        self.titles = titles or {}

    def question_vector(self, question: str) -> Matrix:
        """The question's unit vector `(dimension,)`, from memory if it was asked lately."""
        return self._embedder.vector(question)

    def beside(self, search: Callable[[], Found]) -> "Future[Found]":
        """The search's result; where that takes long, it runs while the question's words are looked up and taken apart.

        What is quick is done at once: a second thread for it takes a tenth more of the processor and saves no time.
        """
        if not self._is_quick:
            return self._searches.submit(search)
        done: Future[Found] = Future()
        done.set_result(search())
        return done

    def nearest(self, vector: Matrix) -> list[str]:
        """The passages nearest in meaning, best first.

        LlamaIndex's own retriever does the same in 2 ms more: it makes a node of each, hashes it, and tells listeners.
        """
        query = VectorStoreQuery(query_embedding=vector.tolist(), similarity_top_k=self._candidates)
        found = self._index.vector_store.query(query, with_texts=False)
        return found.ids or []

    def general_cosine(self, vector: Matrix) -> tuple[float, float]:
        """Mean and standard deviation of the question's cosine to passages in general."""
        cosines = self._background @ vector
        return float(cosines.mean()), max(float(cosines.std()), _LEAST_DEVIATION)

    def sentence_vector(self, question: str) -> Matrix:
        """The question's unit vector to whoever reads the sentences."""
        if self.sentences is None or self.sentences.is_the_index_model:
            return self.question_vector(question)
        return np.asarray(self.sentences.rows([question])[0], dtype=np.float32)

    def general_sentence(self, vector: Matrix) -> tuple[float, float]:
        """Mean and deviation of such a vector's cosine to sentences in general."""
        cosines = self._sentences_in_general @ vector
        return float(cosines.mean()), max(float(cosines.std()), _LEAST_DEVIATION)

    def close(self) -> None:
        """Let the threads end."""
        self._searches.shutdown(wait=False)


_corpora: dict[VectorCollection, Corpus] = {}
_building = threading.Lock()

_language_shares: WeakKeyDictionary[Catalogue, dict[str, float]] = WeakKeyDictionary()
"""Of whole indexes: a published one does not change."""

_document_languages: WeakKeyDictionary[Catalogue, dict[str, str | None]] = WeakKeyDictionary()
"""Document → language, of whole indexes."""


def corpus_of(generation: Generation, embed_model: Any) -> Corpus:
    """What is remembered of this generation; made on first use from an even sample of its passages.

    A handful of passages is not passages in general: everyday sentences stand in beside them.
    """
    with _building:
        if generation.vectors not in _corpora:
            everyday = unit_rows(embed_model.get_text_embedding_batch(_EVERYDAY_SENTENCES))
            ids = generation.catalogue.chunk_ids()
            sample = [ids[i] for i in np.unique(np.linspace(0, len(ids) - 1, min(_SAMPLE, len(ids))).astype(int))]
            parts = [generation.exact.vectors(sample)] if sample else []
            background = np.concatenate([*parts, everyday] if len(sample) < _FEW else parts)
            reader = _sentences(embed_model)
            in_general = None if reader is None else _sentences_in_general(generation, sample, reader)
            embedder = QueryEmbedder(partial(embed_questions, embed_model))
            crosses = _is_translated(everyday[::2], everyday[1::2])
            weights = generation.catalogue.weights()
            index = _vector_index(generation, embed_model)
            candidates = min(DENSE_CANDIDATES, len(ids))
            _corpora[generation.vectors] = Corpus(
                background,
                crosses,
                weights,
                embedder,
                index,
                candidates,
                _directory(generation),
                reader,
                in_general,
                titles_of(generation.catalogue),
                is_quick=_is_quick(generation, embed_model),
            )
            # Not a weak reference's work: LlamaIndex's view of the generation holds the generation itself.
            generation.before_close.append(partial(_forget, generation.vectors))
        return _corpora[generation.vectors]


def _is_quick(generation: Generation, embed_model: Any) -> bool:
    """Whether the search by meaning takes a few milliseconds: by the packaged model, here, among not too many."""
    manifest = generation.manifest
    is_here = not manifest.collection
    return is_here and bool(getattr(embed_model, "is_quick", False)) and manifest.counts.chunks <= _MOST_QUICK


def language_shares(generation: Generation, documents: Sequence[str] = ()) -> dict[str, float]:
    """Language -> its share, 0 to 1, of the passages whose language is known; from an even sample of them.

    `documents` are globs on relative paths: only what matches is looked at.
    """
    catalogue = generation.catalogue
    if documents:
        return _shares(catalogue, matching(catalogue.paths(), documents))
    if catalogue not in _language_shares:
        _language_shares[catalogue] = _shares(catalogue)
    return _language_shares[catalogue]


def documents_in(generation: Generation, language: str) -> list[str]:
    """The documents whose first page begins in this language, in order."""
    catalogue = generation.catalogue
    if catalogue not in _document_languages:
        beginnings = catalogue.beginnings(_BEGINNING)
        _document_languages[catalogue] = {path: language_of(f"{title} {text}") for path, title, _, text in beginnings}
    return [path for path, spoken in _document_languages[catalogue].items() if spoken == language]


def _directory(generation: Generation) -> Directory:
    """A document of one page is not named by what stands there: that is its text."""
    beginnings = generation.catalogue.beginnings(FIRST_PAGE)
    return Directory(names_of(path, title, text if pages > 1 else "") for path, title, pages, text in beginnings)


def titles_of(catalogue: Catalogue) -> dict[str, str]:
    """Document → the words of its file's name and its title."""
    names = ((each.path, each.path.rpartition(".")[0] or each.path, each.title or "") for each in catalogue.documents())
    return {path: f"{_NO_WORDS.sub(' ', name)} {title}".strip() for path, name, title in names}


def _sentences(embed_model: Any) -> SentenceReader | None:
    """The index's own model where it is quick, else the packaged one beside it."""
    is_quick = getattr(embed_model, "is_quick", False)
    model = embed_model if is_quick else packaged_encoder()
    if model is None:
        return None
    return SentenceReader(model.embed, model.cut_words, is_the_index_model=is_quick)


def _sentences_in_general(generation: Generation, sample: Sequence[str], reader: SentenceReader) -> Matrix:
    """The vectors of one sentence of each of these passages."""
    chosen = sample[:: max(1, len(sample) // _SENTENCES)]
    chunks = generation.catalogue.chunks(chosen)
    found = (sentences_of(chunks[id_].text) for id_ in chosen if id_ in chunks)
    texts = [sentences[len(sentences) // 2].text for sentences in found if sentences]
    parts = [reader.rows(texts)] if texts else []
    return np.concatenate([*parts, reader.rows(_EVERYDAY_SENTENCES)] if len(texts) < _FEW else parts)


def _forget(vectors: VectorCollection) -> None:
    with _building:
        _corpora.pop(vectors).close()
    forget_texts()


def _is_translated(sentences: Matrix, translations: Matrix) -> bool:
    """Whether sentences are much nearer to their own translations than to those of the others."""
    cosines = sentences @ translations.T
    own = np.eye(len(cosines), dtype=bool)
    return bool(cosines[own].mean() - cosines[~own].mean() > _LEAST_ALIKE)


def _vector_index(generation: Generation, embed_model: Any) -> VectorStoreIndex:
    """What is not passed comes from LlamaIndex's global settings (0.14); the transformations are never used.

    It gives the model its own callback manager (0.14), so the model's is passed: see `storage.untraced`.
    """
    return VectorStoreIndex.from_vector_store(
        generation.vector_store,
        embed_model=embed_model,
        callback_manager=embed_model.callback_manager,
        transformations=[embed_model],
    )


def _shares(catalogue: Catalogue, paths: Sequence[str] | None = None) -> dict[str, float]:
    ids = catalogue.chunk_ids(paths)
    sample = ids[:: max(1, len(ids) // _LANGUAGE_SAMPLE)]
    languages = Counter(language_of(chunk.text) for chunk in catalogue.chunks(sample).values())
    languages.pop(None, None)
    total = languages.total()
    return {language: count / total for language, count in languages.items() if language is not None}
