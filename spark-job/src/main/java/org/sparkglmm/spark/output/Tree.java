package org.sparkglmm.spark.output;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** Reading model.json: what is null or not there is NaN as a number and empty as a text or list. */
final class Tree {
    private Tree() {}

    static double number(JsonNode node) {
        return node.isNumber() ? node.asDouble() : Double.NaN;
    }

    static double number(JsonNode node, String name) {
        return number(node.path(name));
    }

    static double[] numbers(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(Tree::number)
                .toArray();
    }

    /** The number of that name of each. */
    static double[] numbers(JsonNode array, String name) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(n -> number(n, name))
                .toArray();
    }

    static String text(JsonNode node, String name) {
        return node.path(name).isTextual() ? node.path(name).asText() : "";
    }

    static List<String> texts(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(n -> out.add(n.asText()));
        return out;
    }

    static List<JsonNode> list(JsonNode array) {
        List<JsonNode> out = new ArrayList<>();
        array.forEach(out::add);
        return out;
    }
}
