package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
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

/** {@link ModelDocument} as text and back. NaN and infinite numbers are null in the text; a number that is text or true is refused. */
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

    private ModelJson() {}

    static String text(ModelDocument document) {
        try {
            return MAPPER.writeValueAsString(document) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a text that {@link #text} made. */
    static ModelDocument written(String text) {
        try {
            return document(MAPPER.readTree(text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws JsonProcessingException if it is no JSON */
    static JsonNode tree(byte[] text) throws JsonProcessingException {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws JsonMappingException if a field is of another kind: with its path */
    static ModelDocument document(JsonNode root) throws JsonMappingException {
        return new ModelDocument(
                part(root, Verdict.class),
                part(root, Model.class),
                part(root, Counts.class),
                part(root, Likelihood.class),
                part(root, Estimates.class),
                section(root, "integration", Integration.class),
                ModelDocument.orNone(section(root, "marginal", new TypeReference<List<Coefficient>>() {})),
                section(root, "diagnostics", DiagnosticsDocument.class),
                section(root, "optimizer", Optimizer.class),
                section(root, "design", Design.class),
                section(root, "provenance", Provenance.class));
    }

    private static <T> T section(JsonNode root, String name, Class<T> type) throws JsonMappingException {
        return section(root, name, MAPPER.constructType(type));
    }

    private static <T> T section(JsonNode root, String name, TypeReference<T> type) throws JsonMappingException {
        return section(root, name, MAPPER.constructType(type.getType()));
    }

    private static <T> T section(JsonNode root, String name, JavaType type) throws JsonMappingException {
        if (!root.has(name)) {
            return null;
        }
        try {
            return MAPPER.convertValue(root.get(name), type);
        } catch (IllegalArgumentException e) {
            JsonMappingException why = why(e);
            why.prependPath(ModelDocument.class, name);
            throw why;
        }
    }

    private static <T> T part(JsonNode root, Class<T> type) throws JsonMappingException {
        try {
            return MAPPER.convertValue(root, type);
        } catch (IllegalArgumentException e) {
            throw why(e);
        }
    }

    private static JsonMappingException why(IllegalArgumentException e) {
        if (e.getCause() instanceof JsonMappingException why) {
            return why;
        }
        throw e;
    }

    /** Where in the file, such as fixed[0].estimate; empty if that is not known. */
    static String where(JsonMappingException e) {
        StringBuilder out = new StringBuilder();
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
                out[size++] = read(in, context);
            }
            return Arrays.copyOf(out, size);
        }
    }
}
