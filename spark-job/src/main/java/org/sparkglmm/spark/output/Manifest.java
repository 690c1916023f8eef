package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.spark.data.BoundTable;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.TableSource;

/** manifest.json: what differs from run to run (time, machine, paths, versions), kept out of the results proper. */
public final class Manifest {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final SparkSession spark;
    private final TableSource source;
    private final Instant started = Instant.now();

    public Manifest(SparkSession spark, TableSource source) {
        this.spark = spark;
        this.source = source;
    }

    /** The file's text, as of now. */
    public String text(ModelRequest request, FitResult fit, BoundTable.RowCounts counts) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("program", "spark-glmm " + ModelFile.version());
        root.put("formula", request.formula().text());
        ObjectNode input = root.putObject("input");
        input.put("data", source.path());
        input.put("format", source.format());
        input.put("rows", counts.total());
        input.put("rowsUsed", counts.complete());
        ObjectNode missing = input.putObject("missing");
        counts.missing().forEach(missing::put);
        root.put("started", started.toString());
        Instant now = Instant.now();
        root.put("finished", now.toString());
        root.put("seconds", (now.toEpochMilli() - started.toEpochMilli()) / 1000.0);
        root.put("passes", fit.optimizer().passes());
        ObjectNode versions = root.putObject("versions");
        versions.put("spark", spark.version());
        versions.put("java", System.getProperty("java.version"));
        versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        root.put("master", spark.sparkContext().master());
        root.put("parallelism", spark.sparkContext().defaultParallelism());
        try {
            return MAPPER.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
