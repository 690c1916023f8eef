package org.sparkglmm.spark.output;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.core.inference.AuxiliaryEstimate;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.spark.output.ModelDocument.Coefficient;

/**
 * The family's own parameters in model.json: constants by their names, and beside them, by names that no constant has, thresholds and the
 * tables of what formulas make.
 *
 * @param constants by name
 * @param intervals of those that have one
 * @param thresholds between ordered categories, with the standard errors of both kinds
 * @param dispersionOf what the coefficients of the dispersion are of; null where no formula models it
 * @param zi coefficients of the zeros' own part; null where there is none
 */
@JsonDeserialize(using = OwnParameters.Reader.class)
record OwnParameters(
        Map<String, Double> constants,
        Map<String, Ends> intervals,
        Map<String, Double> thresholds,
        Map<String, Double> thresholdSe,
        Map<String, Double> thresholdRobustSe,
        String dispersionOf,
        List<Coefficient> dispersion,
        List<Coefficient> zi) {

    /** All names that are not constants'. */
    private static final Set<String> SECTIONS =
            Set.of("intervals", "thresholds", "thresholdSe", "thresholdRobustSe", "dispersionOf", "dispersion", "zi");

    static final OwnParameters NONE = of(List.of(), Map.of());

    /** Of an interval. */
    record Ends(double lower, double upper) {}

    OwnParameters {
        dispersion = ModelDocument.orNone(dispersion);
        zi = ModelDocument.orNone(zi);
    }

    static OwnParameters of(FitResult fit) {
        return of(fit.auxiliary(), fit.extra());
    }

    private static OwnParameters of(List<AuxiliaryEstimate> all, Map<String, Double> constants) {
        Map<String, Ends> intervals = new LinkedHashMap<>();
        Map<String, Double> thresholds = new LinkedHashMap<>();
        Map<String, Double> se = new LinkedHashMap<>();
        Map<String, Double> robustSe = new LinkedHashMap<>();
        String dispersionOf = null;
        List<Coefficient> dispersion = List.of();
        List<Coefficient> zi = List.of();
        for (AuxiliaryEstimate own : all) {
            String name = own.parameter().name();
            FixedEffect first = own.coefficients().get(0);
            if (own.isConstant() && constants.containsKey(name) && !Double.isNaN(own.lower())) {
                intervals.put(name, new Ends(own.lower(), own.upper()));
            }
            switch (own.parameter().role()) {
                case THRESHOLD -> {
                    thresholds.put(name, first.estimate());
                    se.put(name, first.se());
                    robustSe.put(name, first.robustSe());
                }
                case ZERO_INFLATION -> zi = Coefficient.of(own.coefficients());
                case DISPERSION -> {
                    if (!own.isConstant()) {
                        dispersionOf = own.parameter().label();
                        dispersion = Coefficient.of(own.coefficients());
                    }
                }
                default -> {}
            }
        }
        return new OwnParameters(constants, intervals, thresholds, se, robustSe, dispersionOf, dispersion, zi);
    }

    boolean isEmpty() {
        return fields().isEmpty();
    }

    /** As the file has them: sections only where there is something in them. */
    @JsonValue
    Map<String, Object> fields() {
        Map<String, Object> out = new LinkedHashMap<>(constants);
        put(out, "intervals", intervals);
        put(out, "thresholds", thresholds);
        put(out, "thresholdSe", thresholdSe);
        put(out, "thresholdRobustSe", thresholdRobustSe);
        if (dispersionOf != null) {
            out.put("dispersionOf", dispersionOf);
        }
        put(out, "dispersion", dispersion);
        put(out, "zi", zi);
        return out;
    }

    private static void put(Map<String, Object> into, String name, Map<String, ?> section) {
        if (!section.isEmpty()) {
            into.put(name, section);
        }
    }

    private static void put(Map<String, Object> into, String name, List<Coefficient> section) {
        if (!section.isEmpty()) {
            into.put(name, section);
        }
    }

    /** Fields of any name are numbers, those of known sections what these are. */
    static final class Reader extends JsonDeserializer<OwnParameters> {
        @Override
        public OwnParameters deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            ObjectCodec codec = parser.getCodec();
            JsonNode extra = codec.readTree(parser);
            if (!extra.isObject()) {
                throw JsonMappingException.from(context, "no object");
            }
            TypeReference<Double> number = new TypeReference<>() {};
            TypeReference<Map<String, Double>> numbers = new TypeReference<>() {};
            TypeReference<List<Coefficient>> table = new TypeReference<>() {};
            Map<String, Double> constants = new LinkedHashMap<>();
            for (Iterator<Map.Entry<String, JsonNode>> all = extra.fields(); all.hasNext(); ) {
                Map.Entry<String, JsonNode> field = all.next();
                if (!SECTIONS.contains(field.getKey())) {
                    constants.put(field.getKey(), read(codec, extra, field.getKey(), number));
                }
            }
            return new OwnParameters(
                    constants,
                    section(codec, extra, "intervals", new TypeReference<Map<String, Ends>>() {}, Map.of()),
                    section(codec, extra, "thresholds", numbers, Map.of()),
                    section(codec, extra, "thresholdSe", numbers, Map.of()),
                    section(codec, extra, "thresholdRobustSe", numbers, Map.of()),
                    section(codec, extra, "dispersionOf", new TypeReference<String>() {}, null),
                    section(codec, extra, "dispersion", table, List.of()),
                    section(codec, extra, "zi", table, List.of()));
        }

        private static <T> T section(ObjectCodec codec, JsonNode extra, String name, TypeReference<T> type, T otherwise)
                throws IOException {
            return extra.hasNonNull(name) ? read(codec, extra, name, type) : otherwise;
        }

        private static <T> T read(ObjectCodec codec, JsonNode extra, String name, TypeReference<T> type)
                throws IOException {
            try {
                return extra.get(name).traverse(codec).readValueAs(type);
            } catch (JsonMappingException e) {
                e.prependPath(OwnParameters.class, name);
                throw e;
            }
        }
    }
}
