from vln_pipeline.inspection.page import Page, Picture, Section, render_page, table_of


def test_the_page_stands_alone_and_escapes_what_it_shows():
    picture = Picture(b"\x89PNG....", "a <map>")
    page = Page("Run", "Lead", (Section("One & two", "text", table_of(["a"], [[0.12345], ["<script>"]]), (picture,)),))
    html = render_page(page)
    assert "data:image/png;base64," in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "0.123" in html
    assert "http" not in html


def test_a_section_shows_only_what_it_has():
    html = render_page(Page("Run", "Lead", (Section("Empty"),)))
    assert "<table>" not in html
    assert "<figure>" not in html
