package org.sparkglmm.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the tab-separated fixtures. */
public final class Tsv {

    private Tsv() {}

    /** The rows of a resource, empty cells at the end of a row included. */
    public static List<List<String>> rows(String resource) {
        try (InputStream in = Tsv.class.getResourceAsStream(resource)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines().map(line -> List.of(line.split("\t", -1))).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
