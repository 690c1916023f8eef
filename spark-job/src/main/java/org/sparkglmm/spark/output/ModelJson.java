package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.spark.output.ModelDocument.Coefficient;
import org.sparkglmm.spark.output.ModelDocument.Counts;
import org.sparkglmm.spark.output.ModelDocument.Design;
import org.sparkglmm.spark.output.ModelDocument.Estimates;
import org.sparkglmm.spark.output.ModelDocument.Integration;
import org.sparkglmm.spark.output.ModelDocument.Likelihood;
import org.sparkglmm.spark.output.ModelDocument.Model;
import org.sparkglmm.spark.output.ModelDocument.Optimizer;
import org.sparkglmm.spark.output.ModelDocument.Provenance;
import org.sparkglmm.spark.output.ModelDocument.Verdict;

/** {@link ModelDocument} as text and back. NaN and infinite numbers are null in the text; a number that is text or true is refused, and so is text that is
 * a number. */
final class ModelJson {
    private static final ObjectMapper MAPPER = Visible.jsonMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false)
            .registerModule(new SimpleModule()
                    .addSerializer(double.class, new NumberOrNull())
                    .addSerializer(Double.class, new NumberOrNull())
                    .addSerializer(double[].class, new NumbersOrNulls())
                    .addDeserializer(double.class, new NumberOrNaN(Double.NaN))
                    .addDeserializer(Double.class, new NumberOrNaN(null))
                    .addDeserializer(double[].class, new NumbersOrNaNs()));

    static {
        // Names and formulas are text: a number in their place would be the name of a column that is not there.
        for (CoercionInputShape shape :
                List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)) {
            MAPPER.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
        }
    }

    /** Null would be taken for absent there, and what is absent in a file of an earlier version is done without. */
    private static final List<String> NEVER_NULL = List.of("/centred", "/design/aliased", "/provenance/effects");

    private static final String OTHER_KIND = "of another kind than a fit writes";

    private ModelJson() {}

    static String text(ModelDocument document) {
        try {
            return MAPPER.writeValueAsString(document) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @throws JsonProcessingException if it is no JSON
     * @throws IOException if it is no text
     */
    static JsonNode tree(byte[] text) throws IOException {
        return MAPPER.readTree(text);
    }

    /** That a file is not of the form that fits write. The message says where. */
    static final class Misfit extends Exception {
        private static final long serialVersionUID = 1;

        private Misfit(String field, String problem) {
            super((field.isEmpty() ? "a value" : field) + " in its " + ModelFile.NAME + " is " + problem);
        }
    }

    /**
     * Put together by hand: that parts stand at the top, Jackson can write of a record but not read.
     *
     * @throws Misfit if a field is of another kind, or a section missing
     */
    static ModelDocument document(JsonNode root) throws Misfit {
        for (String field : NEVER_NULL) {
            if (root.at(field).isNull()) {
                throw new Misfit(field.substring(1).replace('/', '.'), OTHER_KIND);
            }
        }
        return new ModelDocument(
                read(root, "", new TypeReference<Verdict>() {}),
                read(root, "", new TypeReference<Model>() {}),
                read(root, "", new TypeReference<Counts>() {}),
                read(root, "", new TypeReference<Likelihood>() {}),
                read(root, "", new TypeReference<Estimates>() {}),
                section(root, "integration", new TypeReference<Integration>() {}),
                section(root, "marginal", new TypeReference<List<Coefficient>>() {}),
                section(root, "diagnostics", new TypeReference<DiagnosticsDocument>() {}),
                section(root, "optimizer", new TypeReference<Optimizer>() {}),
                section(root, "design", new TypeReference<Design>() {}),
                root.has("provenance")
                        ? section(root, "provenance", new TypeReference<Provenance>() {})
                        : Provenance.UNKNOWN);
    }

    private static <T> T section(JsonNode root, String name, TypeReference<T> type) throws Misfit {
        JsonNode section = root.path(name);
        if (section.isMissingNode() || section.isNull()) {
            throw new Misfit(name, "missing");
        }
        return read(section, name, type);
    }

    private static <T> T read(JsonNode node, String name, TypeReference<T> type) throws Misfit {
        try {
            return MAPPER.readValue(MAPPER.treeAsTokens(node), type);
        } catch (JsonMappingException e) {
            throw new Misfit(path(name, e), OTHER_KIND);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Such as fixed[0].estimate. */
    private static String path(String section, JsonMappingException e) {
        StringBuilder out = new StringBuilder(section);
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                out.append('[').append(step.getIndex()).append(']');
            } else {
                out.append(out.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return out.toString();
    }

    private static void write(JsonGenerator out, double value) throws IOException {
        if (Double.isFinite(value)) {
            out.writeNumber(value);
        } else {
            out.writeNull();
        }
    }

    private static double read(JsonParser in, DeserializationContext context) throws IOException {
        return switch (in.currentToken()) {
            case VALUE_NULL -> Double.NaN;
            case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> in.getDoubleValue();
            default -> throw JsonMappingException.from(context, "no number");
        };
    }

    private static final class NumberOrNull extends JsonSerializer<Double> {
        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider context) throws IOException {
            write(out, value);
        }
    }

    private static final class NumbersOrNulls extends JsonSerializer<double[]> {
        @Override
        public void serialize(double[] values, JsonGenerator out, SerializerProvider context) throws IOException {
            out.writeStartArray();
            for (double value : values) {
                write(out, value);
            }
            out.writeEndArray();
        }
    }

    private static final class NumberOrNaN extends StdDeserializer<Double> {
        private static final long serialVersionUID = 1;
        private final Double absent;

        NumberOrNaN(Double absent) {
            super(Double.class);
            this.absent = absent;
        }

        @Override
        public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return read(in, context);
        }

        @Override
        public Double getNullValue(DeserializationContext context) {
            return Double.NaN;
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return absent;
        }
    }

    private static final class NumbersOrNaNs extends JsonDeserializer<double[]> {
        @Override
        public double[] deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (in.currentToken() != JsonToken.START_ARRAY) {
                throw JsonMappingException.from(context, "no list of numbers");
            }
            double[] out = new double[8];
            int size = 0;
            while (in.nextToken() != JsonToken.END_ARRAY) {
                if (size == out.length) {
                    out = Arrays.copyOf(out, 2 * size);
                }
                try {
                    out[size] = read(in, context);
                } catch (JsonMappingException e) {
                    e.prependPath(out, size);
                    throw e;
                }
                size++;
            }
            return Arrays.copyOf(out, size);
        }
    }
}
