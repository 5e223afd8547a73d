"""The run page in a real browser: chosen, filtered, folded, and used with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline_lib.report.html.page import run_html
from tests.browser import opened
from tests.report.records import CACHED, FAILED, SKIPPED, execution, view

CHOSEN = "article.chosen h2"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a failure, a cached node, and a loop whose second iteration failed."""
    path = tmp_path_factory.mktemp("page") / "run.html"
    nodes = [
        execution(0, name="Load", **CACHED),
        execution(1, [0], name="each", **FAILED),
        execution(2, [0], name="each.Train", iteration="0"),
        execution(3, [0], name="each.Train", iteration="1", **FAILED),
        execution(4, [0], name="Check"),
        execution(5, [4], name="Push", **SKIPPED),
    ]
    path.write_text(run_html(view(*nodes)))
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    with opened(browser, file) as one:
        yield one


def test_a_click_on_a_node_shows_its_details(page: Page) -> None:
    expect(page.locator(CHOSEN)).to_have_text("At a glance")
    page.locator("a.box", has_text="Check").click()
    expect(page.locator(CHOSEN)).to_contain_text("Check ✓ complete")
    assert page.url.endswith("#n4")
    assert page.locator("article:visible").count() == 1
    expect(page.locator("a.box.chosen")).to_contain_text("Check")


def test_the_browser_s_way_back_leads_back(page: Page) -> None:
    page.locator(".list a", has_text="Push").click()
    page.locator(".list a", has_text="Load").click()
    page.go_back()
    expect(page.locator(CHOSEN)).to_contain_text("Push")


def test_lineage_leads_from_node_to_node(page: Page) -> None:
    page.locator(".list a", has_text="Check").click()
    page.locator("article.chosen .artifact a", has_text="Load").click()
    expect(page.locator(CHOSEN)).to_contain_text("Load")
    page.locator("article.chosen .artifact a", has_text="each.Train#1").click()
    expect(page.locator(CHOSEN)).to_contain_text("each.Train#1")


def test_a_link_to_a_node_opens_the_page_there(browser: Browser, file: Path) -> None:
    with opened(browser, file, "#n3") as page:
        expect(page.locator(CHOSEN)).to_contain_text("each.Train#1 ✗ failed")
        expect(page.locator("article.chosen pre")).to_contain_text("Traceback")


def test_finding_narrows_list_and_graph(page: Page) -> None:
    page.get_by_label("Find").fill("no rows")
    expect(page.get_by_role("status")).to_have_text("2 of 6 nodes")
    assert page.locator(".list li:visible").all_inner_texts()[0].startswith("each")
    assert page.locator("a.box:not(.faint)").count() == 2
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_have_text("")
    assert page.locator(".list li:visible").count() == 6


def test_a_state_narrows_too(page: Page) -> None:
    chip = page.get_by_role("button", name="2 failed")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    assert page.locator(".list li:visible").count() == 2
    chip.click()
    assert page.locator(".list li:visible").count() == 6


def test_a_group_folds_and_opens_for_the_node_that_is_chosen(page: Page) -> None:
    group = page.locator("#in-n1")
    inner = group.locator("a.box", has_text="Train").first
    expect(inner).to_be_visible()  # it failed: it is open from the beginning
    group.locator("> summary").click()
    expect(inner).to_be_hidden()
    page.locator(".list a", has_text="each.Train#0").click()
    expect(inner).to_be_visible()


def test_the_keyboard_is_enough(page: Page) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('a.box')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(CHOSEN)).to_contain_text("Load")
    page.keyboard.press("ArrowDown")
    below = page.locator(CHOSEN).inner_text()
    assert below.startswith(("each", "Check"))
    page.keyboard.press("ArrowLeft" if below.startswith("Check") else "ArrowRight")
    assert page.locator(CHOSEN).inner_text().startswith(("each", "Check"))
    page.keyboard.press("ArrowUp")
    expect(page.locator(CHOSEN)).to_contain_text("Load")
    page.keyboard.press("/")
    page.keyboard.type("push")
    page.keyboard.press("Enter")
    expect(page.locator(CHOSEN)).to_contain_text("Push")
    page.keyboard.press("Escape")
    expect(page.locator(CHOSEN)).to_have_text("At a glance")


def test_only_one_node_of_the_graph_is_in_the_order_of_tabs(page: Page) -> None:
    assert page.locator("a.box[tabindex='0'], a.box:not([tabindex])").count() <= 1


def test_nothing_runs_over_the_edge_of_a_narrow_page(browser: Browser, file: Path) -> None:
    with opened(browser, file, width=380) as page:
        page.locator(".list a", has_text="Push").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 380
        expect(page.locator(CHOSEN)).to_be_in_viewport()


def test_without_script_links_still_show_details(browser: Browser, file: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{file}")
    assert page.locator("#overview").is_visible()
    page.locator(".list a", has_text="Check").click()
    assert page.locator("#n4").is_visible()
    assert not page.locator("#overview").is_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_in_light_and_dark(browser: Browser, file: Path, scheme: str) -> None:
    with opened(browser, file, "#n3") as page:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert page.evaluate(_LEAST_CONTRAST) >= 4.5


_LEAST_CONTRAST = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = text => {
    const [r, g, b] = rgb(text).map(one => one / 255)
      .map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = one => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if ((rgb(colour)[3] ?? 1) > 0.99) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = "h1, h2, h3, p, dt, dd, a, summary, .state, .chip, .badge, pre, .soft";
  const ratios = [...document.querySelectorAll(texts)]
    .filter(one => one.checkVisibility() && !one.closest("svg"))
    .map(one => [light(getComputedStyle(one).color), light(behind(one))])
    .map(([a, b]) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  return Math.min(...ratios);
}"""
