package org.sparkglmm.ml;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.fit.FitResult;
import org.sparkglmm.spark.data.BlockLoader;
import org.sparkglmm.spark.data.BoundTable;
import org.sparkglmm.spark.data.FarOrigin;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.PersonEffects;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.engine.BlockStore;
import org.sparkglmm.spark.engine.SparkSessions;
import org.sparkglmm.spark.output.Manifest;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.OutputFolder;
import org.sparkglmm.spark.output.OutputFolder.OnExists;
import org.sparkglmm.spark.output.Report;
import org.sparkglmm.spark.output.SavedEffects;
import org.sparkglmm.spark.output.SmallCounts;
import org.sparkglmm.spark.output.SummaryText;

/**
 * A fitted model. It keeps the fit's blocks in Spark's memory for {@link #randomEffects}; give them back with {@link
 * #unpersist}. One that was saved and loaded predicts as before, and knows its summary, its model file and its persons' effects; these
 * it reads from the folder that it was loaded from, which must stay there.
 *
 * <p>A loaded model cannot be saved over that folder: it refuses, with nothing deleted. Where it is a stage of a pipeline that is
 * loaded and then written over itself ({@code pipeline.write().overwrite().save(path)}), Spark deletes the whole folder before it asks
 * the stages; then the fit is written again from memory, if its folder had 64 MB at most. A larger one is lost: save such a pipeline to
 * another folder.
 */
public final class GlmmModel extends Model<GlmmModel> implements MLWritable {
    private static final long serialVersionUID = 1;

    /** Of the results, beside Spark's metadata. */
    private static final String FOLDER = "fit";

    private final String uid;
    private final ModelRequest request;
    private final transient FitResult fit;
    private final transient BoundTable bound;
    private final transient BlockLoader.Loaded loaded;
    private final transient List<Warning> warnings;
    private final transient SmallCounts counts;
    /** In the place of all the above, where the model was loaded; null where it was fitted. */
    private final transient SavedFit saved;
    /** {@link SavedEffects#fingerprint}, once it is known. */
    private transient String effects;
    /** What was fitted, whose files nothing is written to. */
    private transient Dataset<?> table;

    GlmmModel(
            String uid,
            ModelRequest request,
            FitResult fit,
            BoundTable bound,
            BlockLoader.Loaded loaded,
            List<Warning> warnings,
            SmallCounts counts) {
        this.counts = counts;
        this.uid = uid;
        this.request = request;
        this.fit = fit;
        this.bound = bound;
        this.loaded = loaded;
        this.warnings = List.copyOf(warnings);
        saved = null;
    }

    private GlmmModel(String uid, SavedFit saved) {
        this.uid = uid;
        this.saved = saved;
        request = saved.model().request();
        warnings = saved.warnings();
        fit = null;
        bound = null;
        loaded = null;
        counts = null;
    }

    /** What {@code PipelineModel.load} asks for by this name. */
    public static MLReader<GlmmModel> read() {
        return new Reader();
    }

    /** A model that was written by {@link #write}. */
    public static GlmmModel load(String path) {
        return read().load(path);
    }

    GlmmModel ofTable(Dataset<?> fitted) {
        table = fitted;
        return this;
    }

    @Override
    public String uid() {
        return uid;
    }

    /** The numbers; of a loaded model they are in {@link #json}. */
    public FitResult result() {
        requireFitted();
        return fit;
    }

    /** The model as it was fitted, with the levels of every factor. */
    public ModelRequest request() {
        return request;
    }

    /** What was read and what was dropped. */
    public BoundTable.RowCounts rowCounts() {
        requireFitted();
        return bound.counts();
    }

    /** Everything the user must know: {@link FitResult#warnings} and what was dropped. */
    public List<Warning> warnings() {
        return warnings;
    }

    /** As summary(glmer) prints it. */
    public String summary() {
        return saved != null
                ? saved.summary()
                : SummaryText.of(request, fit, bound.counts().dropped(), warnings, counts);
    }

    /** The text of model.json. It knows the persons' effects by a fingerprint, which may cost a pass over the data, once. */
    public String json() {
        if (saved != null) {
            return saved.json();
        }
        if (effects == null) {
            effects = SavedEffects.fingerprint(randomEffects());
        }
        return ModelFile.write(
                request, fit, bound.covariates(), counts.least(), bound.counts().dropped(), warnings, effects);
    }

    /**
     * One row a person: id, n_obs, conditional modes (re_…), their standard deviations and covariances (se_…, cov_…), and influence: how
     * far leaving the person out moves the estimate that it moves most, in standard errors.
     */
    public Dataset<Row> randomEffects() {
        return saved != null ? saved.randomEffects() : PersonEffects.table(bound, fittedBlocks(), fit);
    }

    private void requireFitted() {
        if (saved != null) {
            throw new UsageException(
                    "this model was loaded: that is known to the fit alone; json() and summary() say what it found");
        }
    }

    /** The blocks without the columns that the fit dropped, about the centres that it was computed about. */
    private BlockStore fittedBlocks() {
        ColumnSelection kept = bound.design().columnsOf(fit.design());
        Centring centring = FarOrigin.centring(fit.inColumns().design(), fit.family());
        return loaded.blocks().withColumns(kept).centred(centring);
    }

    /**
     * The table with predictions: link_ and response_ of population, marginal and conditional, the probabilities of ordered
     * categories, each with its standard error (se_), and where the person's effects come from. Persons the fit never saw get
     * effects from their own rows.
     */
    @Override
    public Dataset<Row> transform(Dataset<?> data) {
        SparkSessions.requireTable(data);
        return Glmm.saying(
                GlmmNames::of,
                () -> saved != null
                        ? saved.predict(data.toDF())
                        : predictor().predict(data.toDF(), false, randomEffects()));
    }

    private Predictor predictor() {
        return new Predictor(
                SparkSession.active(),
                request,
                fit.design(),
                new Predictor.Estimates(
                        fit.parameters(), fit.covariance(), fit.errors(), fit.aliased(), FarOrigin.of(fit)));
    }

    /**
     * Writes the result folder: random effects, predictions of a table if there is one, summary, report, the manifest if there is one, then
     * the model file; the caller commits.
     *
     * @param fitted the table to predict for, null for none
     * @param text whether that table was read from text
     * @param manifest null for none
     */
    public void writeTo(OutputFolder folder, Dataset<Row> fitted, boolean text, Manifest manifest) {
        requireFitted();
        write(folder, fitted, text, manifest);
    }

    private void write(OutputFolder folder, Dataset<Row> fitted, boolean text, Manifest manifest) {
        Dataset<Row> persons = randomEffects();
        String part = folder.part(ModelFile.RANDOM_EFFECTS);
        persons.write().parquet(part);
        effects = SavedEffects.fingerprint(SparkSession.active(), part, persons.schema());
        if (fitted != null) {
            predictor()
                    .predictFitted(fitted, text, bound, fittedBlocks())
                    .write()
                    .parquet(folder.part("fitted"));
        }
        folder.write("summary.txt", summary());
        String json = json();
        folder.write(Report.NAME, Report.of(json));
        if (manifest != null) {
            manifest.write(folder, fit, bound.counts(), loaded.personsDropped(), warnings, json);
        }
        folder.writeLast(ModelFile.NAME, json);
    }

    /** Writes the folder that {@code spark-glmm fit} writes, at once and whole; onExists is error or overwrite. */
    public void save(String path, String onExists) {
        requireApart(path);
        OutputFolder folder =
                OutputFolder.begin(path, OnExists.named(onExists, false), SparkSessions.hadoop(SparkSession.active()));
        try {
            if (table != null) {
                folder.requireNotRead(table.inputFiles());
            }
            write(folder, null, false, null);
            folder.commit();
        } finally {
            folder.abandon();
        }
    }

    private void requireApart(String path) {
        if (saved != null) {
            saved.requireApart(path, SparkSessions.hadoop(SparkSession.active()));
        }
    }

    /** For {@code PipelineModel.save}: Spark's metadata, and in a folder beside them what {@link #save(String, String)} writes. */
    @Override
    public MLWriter write() {
        return new Writer(this);
    }

    private static final class Writer extends MLWriter {
        private final GlmmModel model;

        Writer(GlmmModel model) {
            this.model = model;
        }

        /** Before Spark deletes what is to be overwritten. */
        @Override
        public void save(String path) throws IOException {
            model.requireApart(path);
            super.save(path);
        }

        @Override
        public void saveImpl(String path) {
            String fit = new Path(path, FOLDER).toString();
            try {
                if (model.saved != null && model.saved.restore(fit, SparkSessions.hadoop(sparkSession()))) {
                    new DefaultParamsWriter(model).session(sparkSession()).saveImpl(path);
                    return;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            model.requireApart(path);
            new DefaultParamsWriter(model).session(sparkSession()).saveImpl(path);
            model.save(fit, "error");
        }
    }

    private static final class Reader extends MLReader<GlmmModel> {
        @Override
        public GlmmModel load(String path) {
            String metadata = sparkSession()
                    .read()
                    .textFile(new Path(path, "metadata").toString())
                    .first();
            return new GlmmModel(
                    SavedFit.uid(metadata),
                    new SavedFit(new Path(path, FOLDER).toString(), SparkSessions.hadoop(sparkSession())));
        }
    }

    /** Gives the blocks' memory back; random effects can still be had, at the price of reading the table again. */
    public void unpersist() {
        if (loaded != null) {
            loaded.blocks().release();
        }
    }

    @Override
    public StructType transformSchema(StructType schema) {
        return Glmm.saying(GlmmNames::of, () -> Predictor.schema(schema, request));
    }

    @Override
    public GlmmModel copy(ParamMap extra) {
        GlmmModel copy = saved != null
                ? new GlmmModel(uid, saved)
                : new GlmmModel(uid, request, fit, bound, loaded, new ArrayList<>(warnings), counts).ofTable(table);
        copy.effects = effects;
        return (GlmmModel) copyValues(copy, extra).setParent(parent());
    }
}
