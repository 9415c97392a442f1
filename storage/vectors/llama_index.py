"""A generation as LlamaIndex sees it: a vector store whose vectors are Chroma's and whose texts are the catalogue's."""

from collections.abc import Sequence
from typing import Any, NoReturn, TypedDict, cast

from llama_index.core.schema import BaseNode, TextNode
from llama_index.core.vector_stores.types import MetadataFilters, VectorStoreQuery, VectorStoreQueryResult
from llama_index.vector_stores.chroma import ChromaVectorStore
from pydantic import PrivateAttr

from storage.catalogue.catalogue import Catalogue
from storage.records import ChunkRecord
from storage.vectors.collection import VectorCollection

_NEVER_WRITTEN = "a published generation is never written; run the indexing job"


class PassageVectorStore(ChromaVectorStore):
    """Query it through `VectorStoreIndex.from_vector_store`; similarities are cosines, -1 to 1, 1 is best.

    Differs from ChromaVectorStore 0.6.0, which reads texts out of Chroma and turns a distance d into exp(-d).
    `node_ids` restricts the search to these passages. A query `with_texts=False` gives ids and similarities, no nodes,
    for a twentieth of the work. Published generations are never written: adding and deleting raise `TypeError`.
    """

    _vectors: VectorCollection = PrivateAttr()
    _catalogue: Catalogue = PrivateAttr()

    def __init__(self, vectors: VectorCollection, catalogue: Catalogue) -> None:
        super().__init__(chroma_collection=vectors.chroma_collection)
        self._vectors = vectors
        self._catalogue = catalogue

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex shows for this store."""
        return "PassageVectorStore"

    def query(self, query: VectorStoreQuery, with_texts: bool = True, **kwargs: Any) -> VectorStoreQueryResult:
        """The passages nearest to `query.query_embedding`, best first."""
        if query.query_embedding is None:
            raise ValueError("PassageVectorStore answers queries by embedding only")
        hits = self._vectors.nearest(query.query_embedding, query.similarity_top_k, query.node_ids)
        ids = [id_ for id_, _ in hits]
        result = VectorStoreQueryResult(similarities=[cosine for _, cosine in hits], ids=ids)
        if with_texts:
            chunks = self._catalogue.chunks(ids)
            result.nodes = [passage_node(chunks[id_]) for id_ in ids]
        return result

    def get_nodes(
        self,
        node_ids: list[str] | None = None,
        filters: MetadataFilters | list[MetadataFilters] | None = None,
    ) -> list[BaseNode]:
        """The passages of these ids; an unknown id is simply absent."""
        return [passage_node(chunk) for chunk in self._catalogue.chunks(node_ids or []).values()]

    def add(self, nodes: Sequence[BaseNode], **add_kwargs: Any) -> NoReturn:
        """Not here: generations are built by the indexing job."""
        raise TypeError(_NEVER_WRITTEN)

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> NoReturn:
        """Not here: generations are built by the indexing job."""
        raise TypeError(_NEVER_WRITTEN)

    def delete_nodes(
        self,
        node_ids: list[str] | None = None,
        filters: MetadataFilters | list[MetadataFilters] | None = None,
        **delete_kwargs: Any,
    ) -> NoReturn:
        """Not here: generations are built by the indexing job."""
        raise TypeError(_NEVER_WRITTEN)

    def clear(self) -> NoReturn:
        """Not here: generations are built by the indexing job."""
        raise TypeError(_NEVER_WRITTEN)


class PassagePlace(TypedDict):
    """Where a text stands: a chunk of a document."""

    id: str
    document: str
    pages: list[int]
    spans: list[tuple[int, int, int]]


class PassageMetadata(TypedDict, total=False):
    """What a node says of its passage: the first six from the catalogue, the others added on a question's way.

    `remarks` are those on its pages. `found`: see `server.passages`. `also_in` are other documents in which the very
    same text stands.
    """

    document: str
    pages: list[int]
    spans: list[tuple[int, int, int]]
    context: str
    position: int
    weight: float
    retrieval_score: float
    found: Sequence[Any]
    labels: list[str]
    remarks: list[str]
    also_in: list[PassagePlace]
    stale: bool


def metadata_of(node: BaseNode) -> PassageMetadata:
    """The metadata of a node that `passage_node` made."""
    return cast("PassageMetadata", node.metadata)


def add_metadata(node: BaseNode, added: PassageMetadata) -> None:
    """More of the passage, for later steps of the question alone: neither prompts nor vectors see it."""
    # Within the objects that are there: LlamaIndex 0.14 checks the whole node whenever one is assigned.
    node.metadata.update(added)
    node.excluded_llm_metadata_keys.extend(added)
    node.excluded_embed_metadata_keys.extend(added)


def passage_node(chunk: ChunkRecord) -> TextNode:
    """The chunk as a node whose text is what may be quoted; nothing of its metadata reaches a prompt or a vector."""
    node = TextNode(id_=chunk.id, text=chunk.text)
    add_metadata(
        node,
        PassageMetadata(
            document=chunk.document,
            pages=list(chunk.pages),
            spans=_spans(chunk),
            context=chunk.context,
            position=chunk.position,
            weight=chunk.weight,
        ),
    )
    return node


def place_of(chunk: ChunkRecord) -> PassagePlace:
    """Where the chunk stands."""
    return PassagePlace(id=chunk.id, document=chunk.document, pages=list(chunk.pages), spans=_spans(chunk))


def move_to(node: TextNode, place: PassagePlace) -> None:
    """The same text as it stands somewhere else: the document it was found in is gone."""
    node.id_ = place["id"]
    node.metadata |= {name: place[name] for name in ("document", "pages", "spans")}


def _spans(chunk: ChunkRecord) -> list[tuple[int, int, int]]:
    return [(span.page, span.start, span.end) for span in chunk.spans]
