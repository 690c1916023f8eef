package org.sparkglmm.spark.output;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What the pages have in common: one file each, without script, network or other files, in light and dark. */
final class Page {
    private static final String STYLE = style();

    private Page() {}

    /** Begins a page up to its content, three elements deep. */
    static void begin(Markup page, String title) {
        page.raw("<!DOCTYPE html>\n").open("html", "xmlns", "http://www.w3.org/1999/xhtml", "lang", "en");
        page.open("head").empty("meta", "charset", "utf-8");
        page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        page.empty("meta", "name", "color-scheme", "content", "light dark");
        page.leaf("title", title);
        page.open("style").raw(STYLE).close().close();
        page.open("body").open("main");
    }

    private static String style() {
        try (InputStream in = Page.class.getResourceAsStream("report.css")) {
            return "\n" + new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
