"""OpenDocument texts, sheets and slides, made by hand as the standard says."""

import zipfile
from pathlib import Path

import pytest

from indexing.documents import ParsedDocument, ParseFailure, ReadLimits
from indexing.readers import read_document

SPACES = (
    " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in {
            "o": "office",
            "t": "text",
            "tb": "table",
            "s": "style",
            "d": "drawing",
            "pr": "presentation",
            "f": "form",
            "fo": "xsl-fo-compatible",
            "v": "svg-compatible",
        }.items()
    )
    + ' xmlns:x="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def read(path: Path, kind: str, body: str, *, automatic: str = "", styles: str = "", **members: str) -> ParsedDocument:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument")
        file.writestr(
            "content.xml",
            f"<o:document-content {SPACES}><o:automatic-styles>{automatic}</o:automatic-styles>"
            f"<o:body><o:{kind}>{body}</o:{kind}></o:body></o:document-content>",
        )
        file.writestr("styles.xml", f"<o:document-styles {SPACES}>{styles}</o:document-styles>")
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return read_document(path, ReadLimits())


class TestText:
    def test_headings_paragraphs_and_spaces(self, tmp_path: Path) -> None:
        body = (
            '<t:h t:outline-level="1">Quay</t:h><t:p>Four<t:s t:c="2"/>metres<t:line-break/>deep,'
            ' <t:span>see <t:a x:href="https://example.org/x">the map</t:a></t:span>.</t:p><t:p/>'
            '<t:h t:outline-level="2">Fees</t:h><t:p>Five.</t:p>'
        )
        document = read(tmp_path / "a.odt", "text", body, meta_xml=f"<m {SPACES}><dc:title>Harbour</dc:title></m>")
        assert document.title == "Harbour"
        assert document.pages[0].text == (
            "Quay\n\nFour  metres\ndeep, see the map (https://example.org/x).\n\nFees\n\nFive."
        )
        assert [(each.level, each.text) for each in document.headings] == [(1, "Quay"), (2, "Fees")]

    def test_tables_repeat_merged_cells(self, tmp_path: Path) -> None:
        body = (
            "<tb:table><tb:table-header-rows><tb:table-row>"
            "<tb:table-cell><t:p>Quay</t:p></tb:table-cell><tb:table-cell><t:p>Day</t:p></tb:table-cell>"
            "</tb:table-row></tb:table-header-rows><tb:table-row>"
            '<tb:table-cell tb:number-rows-spanned="2"><t:p>North</t:p></tb:table-cell>'
            "<tb:table-cell><t:p>Mon</t:p></tb:table-cell></tb:table-row><tb:table-row>"
            "<tb:covered-table-cell/><tb:table-cell><t:p>Tue</t:p></tb:table-cell></tb:table-row></tb:table>"
        )
        assert read(tmp_path / "a.odt", "text", body).pages[0].text == "Quay | Day\nNorth | Mon\nNorth | Tue"

    def test_numbers_of_lists_and_headings_are_counted(self, tmp_path: Path) -> None:
        automatic = (
            '<t:list-style s:name="L1"><t:list-level-style-number t:level="1" s:num-format="1"'
            ' s:num-suffix="."/><t:list-level-style-number t:level="2" s:num-format="a"'
            ' s:num-prefix="(" s:num-suffix=")"/></t:list-style>'
            '<t:list-style s:name="L2"><t:list-level-style-bullet t:level="1"/></t:list-style>'
        )
        outline = (
            '<o:styles><t:outline-style><t:outline-level-style t:level="1" s:num-format="1"/>'
            '<t:outline-level-style t:level="2" s:num-format="1" t:display-levels="2"/>'
            "</t:outline-style></o:styles>"
        )
        item = "<t:list-item><t:p>{}</t:p>{}</t:list-item>"
        inner = f"<t:list>{item.format('Bow', '')}{item.format('Stern', '')}</t:list>"
        body = (
            '<t:h t:outline-level="1">A</t:h><t:h t:outline-level="2">B</t:h>'
            f'<t:list t:style-name="L1">{item.format("Moor", inner)}{item.format("Pay", "")}</t:list>'
            f'<t:list t:style-name="L2">{item.format("Ice", "")}</t:list>'
            '<t:h t:outline-level="2">C</t:h>'
            f'<t:list t:style-name="L1" t:continue-numbering="true">{item.format("Leave", "")}</t:list>'
        )
        assert read(tmp_path / "a.odt", "text", body, automatic=automatic, styles=outline).pages[0].text == (
            "1 A\n\n1.1 B\n\n1. Moor\n  (a) Bow\n  (b) Stern\n2. Pay\n\n- Ice\n\n1.2 C\n\n3. Leave"
        )

    def test_struck_hidden_and_deleted_text_is_said(self, tmp_path: Path) -> None:
        automatic = "".join(
            f'<s:style s:name="{name}"><s:text-properties {properties}/></s:style>'
            for name, properties in {
                "S": 's:text-line-through-style="solid"',
                "H": 't:display="none"',
                "U": 's:text-position="super 58%"',
            }.items()
        )
        body = (
            "<t:tracked-changes><t:changed-region><t:deletion><t:p>gone words</t:p></t:deletion>"
            '</t:changed-region></t:tracked-changes><t:p>The fee is <t:span t:style-name="S">30</t:span>'
            ' 45<t:span t:style-name="H"> secret</t:span>, 10<t:span t:style-name="U">5</t:span>.</t:p>'
        )
        page = read(tmp_path / "a.odt", "text", body, automatic=automatic).pages[0]
        assert page.text == "The fee is 45, 10^5."
        assert page.remarks == (
            "deleted with changes recorded, and left out: “gone words”",
            "struck out and left out: “30”",
            "hidden text left out: “secret”",
        )

    def test_notes_comments_boxes_and_pictures_stand_at_their_place(self, tmp_path: Path) -> None:
        body = (
            "<t:p>Depth<t:note><t:note-citation>1</t:note-citation><t:note-body><t:p>At low tide.</t:p>"
            "</t:note-body></t:note> is 4 m<o:annotation><dc:creator>Per</dc:creator><t:p>Check!</t:p>"
            "</o:annotation>.</t:p><t:p><d:frame><d:text-box><t:p>In a box.</t:p></d:text-box>"
            "</d:frame></t:p><t:p>See <d:frame><d:image/><v:title>The quay</v:title></d:frame></t:p>"
            "<t:p><t:ruby><t:ruby-base>北村</t:ruby-base><t:ruby-text>きたむら</t:ruby-text></t:ruby></t:p>"
        )
        assert read(tmp_path / "a.odt", "text", body).pages[0].text == (
            "Depth [1: At low tide.] is 4 m [Comment by Per: Check!].\n\nIn a box.\n\nSee The quay\n\n北村（きたむら）"
        )

    def test_heads_and_feet_come_once_and_fields_with_their_values(self, tmp_path: Path) -> None:
        styles = (
            "<o:master-styles><s:master-page><s:header><t:p>Harbour Ltd</t:p></s:header>"
            "<s:footer><t:p>Secret</t:p></s:footer></s:master-page></o:master-styles>"
        )
        body = (
            '<o:forms><f:form><f:text f:id="c1" f:current-value="B-17"/><f:checkbox f:id="c2"'
            ' f:current-state="checked" f:label="Paid"/></f:form></o:forms>'
            '<t:p>Berth <d:control d:control="c1"/></t:p><t:p><d:control d:control="c2"/></t:p>'
        )
        assert read(tmp_path / "a.odt", "text", body, styles=styles).pages[0].text == (
            "Harbour Ltd\n\nBerth B-17\n\n[x] Paid\n\nSecret"
        )

    def test_encrypted_empty_and_other_files_say_so(self, tmp_path: Path) -> None:
        for name, kind, members, category in (
            ("a.odt", "text", {"META-INF__manifest_xml": "<manifest:encryption-data/>"}, "encrypted"),
            ("b.odt", "text", {}, "empty"),
            ("c.odt", "spreadsheet", {}, "type_mismatch"),
        ):
            with pytest.raises(ParseFailure) as caught:
                read(tmp_path / name, kind, "", **members)
            assert caught.value.category == category


class TestSheets:
    def test_cells_are_what_is_seen(self, tmp_path: Path) -> None:
        automatic = '<s:style s:name="ta1"><s:table-properties tb:display="false"/></s:style>'
        cell = '<tb:table-cell o:value-type="float" o:value="{}"><t:p>{}</t:p></tb:table-cell>'
        name = "<tb:table-cell><t:p>{}</t:p></tb:table-cell>"
        body = (
            f'<tb:table tb:name="Fees"><tb:table-row>{name.format("Item")}{name.format("Price")}</tb:table-row>'
            f"<tb:table-row>{name.format('Berth')}{cell.format('1250', '€ 1,250.00')}"
            '<tb:table-cell tb:number-columns-repeated="16000"/></tb:table-row>'
            f'<tb:table-row tb:number-rows-repeated="2">{name.format("Crane")}'
            f"{cell.format('0.07', '7 %')}</tb:table-row>"
            f'<tb:table-row>{name.format("Sum")}<tb:table-cell tb:formula="of:=SUM([.B2:.B3])"/></tb:table-row>'
            '<tb:table-row tb:number-rows-repeated="1048000"><tb:table-cell tb:number-columns-repeated="16384"/>'
            '</tb:table-row></tb:table><tb:table tb:name="Notes" tb:style-name="ta1"><tb:table-row>'
            "<tb:table-cell><o:annotation><t:p>Ask Per</t:p></o:annotation><t:p>Open</t:p>"
            "</tb:table-cell></tb:table-row></tb:table>"
        )
        document = read(tmp_path / "a.ods", "spreadsheet", body, automatic=automatic)
        assert [page.label for page in document.pages] == ["Sheet Fees", "Sheet Notes"]
        assert document.pages[0].text == (
            "Item: Berth; Price: € 1,250.00\nItem: Crane; Price: 7 %\nItem: Crane; Price: 7 %\n"
            "Item: Sum; Price: =SUM([.B2:.B3])"
        )
        assert document.pages[1].text == "Open [Comment: Ask Per]"
        assert document.notes == (
            "sheet Fees: 1 formulas have no computed value and are shown as formulas",
            "sheet Notes is hidden, and read all the same",
        )
        assert document.pages[1].remarks == (document.notes[1],)


class TestSlides:
    def test_slides_are_read_from_top_to_bottom(self, tmp_path: Path) -> None:
        frame = '<d:frame v:y="{}cm" v:x="{}cm" pr:class="{}"><d:text-box>{}</d:text-box></d:frame>'
        body = (
            "<d:page>"
            + frame.format(12, 1, "", "<t:p>Below.</t:p>")
            + frame.format(5, 14, "", "<t:p>Right.</t:p>")
            + frame.format(5.2, 1, "outline", "<t:list><t:list-item><t:p>Left.</t:p></t:list-item></t:list>")
            + frame.format(1, 1, "title", "<t:p>Quays</t:p>")
            + "<pr:notes>"
            + frame.format(1, 1, "notes", "<t:p>Say this.</t:p>")
            + "</pr:notes></d:page><d:page/>"
        )
        document = read(tmp_path / "a.odp", "presentation", body)
        assert document.pages[0].text == "Quays\n\n- Left.\n\nRight.\n\nBelow.\n\nNotes: Say this."
        assert [(page.label, page.status) for page in document.pages] == [("Slide 1", "text"), ("Slide 2", "empty")]
