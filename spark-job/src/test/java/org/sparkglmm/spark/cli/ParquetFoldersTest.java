package org.sparkglmm.spark.cli;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of files by other writers: every row is read once, as what it is, or the folder is refused. */
class ParquetFoldersTest {
    private static final Path TABLES = Path.of("src/test/resources/parquet");
    private static final String MODEL = "y ~ time + sex + (1 | person)";

    @TempDir
    private Path folder;

    private SparkSession spark;

    @BeforeEach
    void session() {
        spark = TestSession.get();
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static Path table(String name) {
        return TABLES.resolve(name + ".parquet");
    }

    private Dataset<Row> read(String name) {
        return spark.read().parquet(table(name).toString());
    }

    /** 720 rows of 120 persons: two files, the ids of the first of them int, those of the second bigint. */
    private Dataset<Row> whole() {
        return read("ids-int")
                .withColumn("person", col("person").cast("bigint"))
                .union(read("ids-bigint"));
    }

    private static Commands check(Path data, String formula, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "check",
                "--data",
                data.toString(),
                "--formula",
                formula,
                "--family",
                "binomial",
                "--min-cell-count",
                "1"));
        arguments.addAll(List.of(more));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private static void assertSays(Commands ran, String... sentences) {
        assertEquals(0, ran.code(), ran.err());
        for (String sentence : sentences) {
            assertTrue(ran.out().contains(sentence), sentence + "\n" + ran.out());
        }
    }

    private static void assertRefused(Commands ran, int code, String... parts) {
        assertEquals(code, ran.code(), ran.err() + ran.out());
        assertEquals(1, ran.err().lines().count(), ran.err());
        for (String part : parts) {
            assertTrue(ran.err().contains(part), part + "\n" + ran.err());
        }
    }

    private Commands fit(Path data, String formula, Path out) {
        return Commands.run(
                "fit",
                "--quiet",
                "--data",
                data.toString(),
                "--formula",
                formula,
                "--family",
                "binomial",
                "--out",
                out.toString());
    }

    private static String summary(Path out) throws IOException {
        return Files.readString(out.resolve("summary.txt"));
    }

    @Test
    void idsInFoldersAreTheIdsOfTheSameColumnInAFile() throws IOException {
        Path data = folder.resolve("t");
        read("partition-ids-merged").write().partitionBy("person").parquet(data.toString());
        Path out = folder.resolve("fit");
        assertEquals(0, fit(data, "y ~ time + (1 | person)", out).code());
        assertTrue(summary(out).contains("groups: person, 27"), summary(out));
        // The value of the table in one file, shared/trials and glmmTMB.
        assertTrue(summary(out).contains("2.0059"), summary(out));
        Dataset<Row> ids =
                spark.read().parquet(out.resolve("random_effects").toString()).select("person");
        assertEquals(
                read("partition-ids-merged")
                        .select("person")
                        .distinct()
                        .orderBy("person")
                        .collectAsList(),
                ids.orderBy("person").collectAsList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", "orc", "csv"})
    void codesInFoldersAreAFactorAsInAFile(String format) {
        Path data = folder.resolve("t");
        read("partition-codes-numeric")
                .write()
                .option("header", "true")
                .partitionBy("region")
                .format(format)
                .save(data.toString());
        assertSays(
                check(data, "y ~ time + region + (1 | person)", "--format", format),
                "720 read, 720 used",
                "Fixed effects (5): (Intercept), time, region02, region03, region04");
    }

    @ParameterizedTest
    @CsvSource({
        "string(person % 3 + 1), 'Fixed effects (2): (Intercept), d'",
        "string((person % 3) / 2D), 'Fixed effects (2): (Intercept), d'",
        "'decode(person % 3, 0, \"1.10\", 1, \"1.1\", \"2\")', 'Fixed effects (3): (Intercept), d1.10, d2'",
        "'decode(person % 3, 0, \"1\", 1, \"1.0\", \"2\")', 'Fixed effects (3): (Intercept), d1.0, d2'",
        "'decode(person % 3, 0, \"1D\", 1, \"1F\", \"2\")', 'Fixed effects (3): (Intercept), d1F, d2'",
        "'decode(person % 3, 0, \"München\", 1, \"a b/c=d%\", \"x\")', 'Fixed effects (3): (Intercept), da b/c=d%, dx'",
    })
    void textInFoldersIsANumberOnlyWhereEveryValueIsWrittenAsOne(String value, String said) {
        Path data = folder.resolve("t");
        whole().selectExpr("*", value + " AS d").write().partitionBy("d").parquet(data.toString());
        Commands ran = check(data, "y ~ d + (1 | person)");
        assertSays(ran, "720 read, 720 used", said.replace("dMünchen", "d"));
    }

    /** Other writers encode the bytes of UTF-8, and Spark makes a character of each. */
    @Test
    void encodedNamesAreUtf8() throws IOException {
        Path data = folder.resolve("t");
        spread(data, "ort=K%C3%B6ln%20S%C3%BCd", "ort=Bonn");
        assertSays(check(data, "y ~ ort + (1 | person)"), "Fixed effects (2): (Intercept), ortKöln Süd");
        Path plain = folder.resolve("plain");
        spread(plain, "ort=Köln Süd", "ort=K%C3%B6ln%20S%C3%BCd");
        assertRefused(check(plain, "y ~ time + (1 | ort)"), 3, "all rows belong to one ort");
        Path name = folder.resolve("name");
        spread(name, "gr%C3%B6%C3%9Fe=1", "gr%C3%B6%C3%9Fe=2");
        assertSays(check(name, "y ~ größe + (1 | person)"), "Fixed effects (2): (Intercept), größe");
    }

    @Test
    void theFolderOfMissingValuesIsMissing() throws IOException {
        Path data = folder.resolve("t");
        spread(data, "g=__HIVE_DEFAULT_PARTITION__", "g=1");
        assertSays(check(data, "y ~ g + (1 | person)"), "720 read, 360 used", "g: missing in 360");
    }

    /** The two halves of the table, one in each folder. */
    private void spread(Path data, String first, String second) throws IOException {
        for (String name : List.of(first, second)) {
            Files.createDirectories(data.resolve(name));
        }
        Files.copy(table("ids-bigint"), data.resolve(first).resolve("a.parquet"));
        // The same rows of other persons, so that all files are alike.
        Path half = folder.resolve("half" + data.getFileName());
        read("ids-int")
                .selectExpr("bigint(person) AS person", "time", "sex", "y")
                .coalesce(1)
                .write()
                .parquet(half.toString());
        try (Stream<Path> files = Files.list(half)) {
            Path part = files.filter(f -> f.getFileName().toString().startsWith("part-"))
                    .findFirst()
                    .orElseThrow();
            Files.copy(part, data.resolve(second).resolve("b.parquet"));
        }
    }

    @Test
    void aColumnOfFolderAndFileMustAgree() {
        Path agrees = folder.resolve("agrees");
        whole().selectExpr("*", "person % 3 AS d", "person % 3 AS e")
                .write()
                .partitionBy("e")
                .parquet(agrees.toString());
        // Spark writes no column twice, so its folders are renamed.
        for (int i = 0; i < 3; i++) {
            assertTrue(agrees.resolve("e=" + i)
                    .toFile()
                    .renameTo(agrees.resolve("d=0" + i).toFile()));
        }
        assertSays(check(agrees, "y ~ d + (1 | person)"), "720 read, 720 used", "(Intercept), d");
        assertTrue(
                agrees.resolve("d=02").toFile().renameTo(agrees.resolve("d=03").toFile()));
        assertRefused(check(agrees, MODEL), 3, "column d has other values in the files than the folders d=...");
    }

    @Test
    void columnsInTheFoldersOfSomeFilesOnlyAreRefused() throws IOException {
        Path some = folder.resolve("some");
        spread(some, "g=1", "more");
        assertRefused(check(some, MODEL), 3, "g=...", "others do not");
        Path levels = folder.resolve("levels");
        spread(levels, "g=1/h=2", "g=2");
        assertRefused(check(levels, MODEL), 3, "g=.../h=...");
        Path below = folder.resolve("below");
        spread(below, "all/g=1", "all/g=2");
        assertRefused(check(below, MODEL), 3, "give the path of that folder");
        assertSays(check(below.resolve("all"), "y ~ g + (1 | person)"), "720 used", "(Intercept), g");
        Path empty = folder.resolve("empty");
        spread(empty, "g=", "g=1");
        assertRefused(check(empty, MODEL), 3, "without a name or a value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"parquet", "orc", "csv"})
    void subfoldersAreRead(String format) throws IOException {
        Path data = folder.resolve("t");
        Path more = data.resolve("more/of it");
        Dataset<Row> all = whole();
        for (Path to : List.of(data, more)) {
            all.filter(col("person").mod(2).equalTo(to.equals(data) ? 0 : 1))
                    .coalesce(1)
                    .write()
                    .mode("append")
                    .option("header", "true")
                    .format(format)
                    .save(to.toString());
        }
        assertSays(check(data, MODEL, "--format", format), "720 read, 720 used", "120 person");
        if (format.equals("parquet")) {
            Path out = folder.resolve("out");
            assertEquals(0, fit(data, MODEL, out).code());
            String manifest = Files.readString(out.resolve("manifest.json"));
            assertTrue(manifest.contains("/t/more/of it/part-") && manifest.contains("/t/part-"), manifest);
            assertTrue(summary(out).contains("1.10575"), summary(out));
        }
    }

    @Test
    void subfoldersOfPartitionsAreRead() throws IOException {
        Path data = folder.resolve("t");
        spread(data, "g=1", "g=2/more");
        assertSays(check(data, "y ~ g + (1 | person)"), "720 read, 720 used", "(Intercept), g");
        Path both = folder.resolve("both");
        Files.createDirectories(both);
        Files.move(data, both.resolve("a"));
        assertSays(check(both.resolve("a*"), "y ~ g + (1 | person)"), "720 read, 720 used", "(Intercept), g");
        spread(both.resolve("b"), "g=3", "g=4");
        assertSays(check(both.resolve("[ab]"), "y ~ g + (1 | person)"), "1440 read, 1440 used", "(Intercept), g");
    }

    @ParameterizedTest
    @CsvSource({
        "_delta_log/00000000000000000000.json, Delta",
        "metadata/v1.metadata.json, Iceberg",
        ".hoodie/hoodie.properties, Hudi"
    })
    void aTableWithALogIsNotReadAsItsFiles(String log, String kind) throws IOException {
        Path data = folder.resolve("t");
        spread(data, "data/g=1", "data/g=2");
        Path marker = data.resolve(log);
        Files.createDirectories(marker.getParent());
        Files.writeString(marker, "{}");
        assertRefused(check(data, MODEL), 3, "table of " + kind, "add its reader");
        assertRefused(check(data.resolve("data"), MODEL), 3, "table of " + kind, "own folder");
        assertRefused(check(data.resolve("data/g=1"), MODEL), 3, "table of " + kind, "own folder");
        assertRefused(check(data.resolve("data/g=1/a.parquet"), MODEL), 3, "table of " + kind, "own folder");
        assertRefused(check(folder.resolve("*"), MODEL), 3, "table of " + kind, "own folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tod", "ts_ns", "uuid_duckdb", "t_f16"})
    void unusedColumnsDoNoHarm(String type) {
        Commands ran = check(table("unused_" + type), MODEL);
        if (type.equals("t_f16") && spark.version().startsWith("3.")) {
            // The library of Spark 3.5 cannot open such a file, whatever is asked of it.
            assertRefused(ran, 3, "t_f16 is of a type", "write it as float or double");
            return;
        }
        assertSays(ran, "720 read, 720 used", "120 person");
    }

    @Test
    void usedColumnsThatCannotBeReadAreNamedWithTheirType() {
        Path data = table("unused_tod");
        assertRefused(check(data, "y ~ tod + (1 | person)"), 3, "column tod is of Parquet's type TIME(MILLIS,false)");
        assertRefused(check(data, "y ~ I(2 * TOD) + (1 | person)"), 3, "column tod is of Parquet's type TIME");
        assertRefused(check(data, "y ~ time + (1 | tod)"), 3, "column tod is of Parquet's type TIME");
        Path model = folder.resolve("model");
        assertEquals(0, fit(data, MODEL, model).code());
        Path out = folder.resolve("out");
        Commands ran = Commands.run(
                "predict", "--data", data.toString(), "--model", model.toString(), "--out", out.toString());
        assertSays(
                ran,
                "720 rows with the person's effects from the fit; 120 person",
                "left out, since they cannot be read: tod");
        Dataset<Row> written = spark.read().parquet(out.toString());
        assertEquals(720, written.count());
        assertFalse(
                written.schema().json().contains("unreadable"), written.schema().json());
    }

    @Test
    void nanosecondsAreTimestamps() {
        Path data = table("unused_ts_ns");
        assertRefused(check(data, "y ~ ts_ns + (1 | person)"), 2, "ts_ns is a timestamp_ntz; make a number of it");
        assertSays(check(data, "y ~ I(datediff(ts_ns, '2020-01-01')) + (1 | person)"), "720 used");
        // Persons may differ in the last digit.
        assertSays(check(data, "y ~ time + (1 | ts_ns)"), "720 used");
    }

    @Test
    void uuidsArePersonsAndAreWrittenBack() {
        Path data = table("unused_uuid_duckdb");
        Path model = folder.resolve("model");
        assertEquals(0, fit(data, "y ~ time + (1 | u)", model).code());
        Dataset<Row> ids =
                spark.read().parquet(model.resolve("random_effects").toString()).select("u");
        assertEquals(
                0,
                ids.filter(col("u").rlike("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
                                .unary_$bang())
                        .count());
        assertTrue(ids.count() > 1);
        Commands ran = Commands.run(
                "predict",
                "--data",
                data.toString(),
                "--model",
                model.toString(),
                "--out",
                folder.resolve("p").toString());
        assertSays(ran, "720 rows with the person's effects from the fit; " + ids.count() + " u");
        assertEquals(1, ran.out().lines().filter(l -> l.contains(" rows with")).count(), ran.out());
    }

    /** Two files, each with the first file's columns but one of another type; and the same in the other order of their names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "int(person); bigint(person); 120 v",
                "tinyint(person); int(person * 1000); 120 v",
                "smallint(person); bigint(person); 120 v",
                "float(person); double(person); 120 v",
                "decimal(5, 1)(person); decimal(9, 2)(person); 120 v",
                "date_add(date'2020-01-01', int(person)); int(person); is date in 1 file and int in 1 file",
                "timestamp_micros(person); person; is bigint in 1 file and timestamp in 1 file",
                "string(person); person; is bigint in 1 file and string in 1 file",
                "string(person); binary(string(person)); is binary in 1 file and string in 1 file",
                "double(person); person; is bigint in 1 file and double in 1 file",
                "struct(person); person; is bigint in 1 file and struct<person:bigint> in 1 file"
            })
    void filesOfOtherTypesGoTogetherOrAreRefused(String first, String second, String said) {
        for (boolean reversed : new boolean[] {false, true}) {
            Path data = folder.resolve("t" + reversed);
            twoFiles(data, sql(reversed ? second : first), sql(reversed ? first : second));
            Commands ran = check(data, "y ~ time + sex + (1 | v)");
            if (said.startsWith("is ")) {
                assertRefused(ran, 3, "column v " + said);
                assertSays(check(data, MODEL), "720 read, 720 used", "120 person");
            } else {
                assertSays(ran, "720 read, 720 used", said);
            }
        }
    }

    private static String sql(String expression) {
        return expression.startsWith("decimal") ? "CAST(person AS " + expression.replace("(person)", ")") : expression;
    }

    private void twoFiles(Path data, String first, String second) {
        List<String> values = List.of(first, second);
        for (int i = 0; i < 2; i++) {
            Path part = folder.resolve("part" + i + data.getFileName());
            whole().filter(col("person").mod(2).equalTo(i))
                    .selectExpr("*", values.get(i) + " AS v")
                    .coalesce(1)
                    .write()
                    .parquet(part.toString());
            try (Stream<Path> files = Files.list(part)) {
                Files.createDirectories(data);
                Path file = files.filter(f -> f.getFileName().toString().startsWith("part-"))
                        .findFirst()
                        .orElseThrow();
                Files.copy(file, data.resolve(i + ".parquet"));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void intAndBigintGiveTheFitOfOneFile() throws IOException {
        Path data = Files.createDirectories(folder.resolve("t"));
        Files.copy(table("ids-int"), data.resolve("a.parquet"));
        Files.copy(table("ids-bigint"), data.resolve("b.parquet"));
        Path out = folder.resolve("fit");
        assertEquals(0, fit(data, MODEL, out).code());
        assertTrue(summary(out).contains("-453.045") && summary(out).contains("1.10575"), summary(out));
        Path folders = folder.resolve("folders");
        for (String half : List.of("int", "bigint")) {
            Files.createDirectories(folders.resolve("half=" + half));
            Files.copy(table("ids-" + half), folders.resolve("half=" + half).resolve("a.parquet"));
        }
        assertSays(
                check(folders, "y ~ half + (1 | person)"), "720 read, 720 used", "120 person", "(Intercept), halfint");
    }

    @Test
    void aColumnThatSomeFilesLackIsMissingThere() {
        Path data = folder.resolve("t");
        Dataset<Row> all = whole();
        all.drop("sex").coalesce(1).write().parquet(data.toString());
        all.coalesce(1).write().mode("append").parquet(data.toString());
        assertSays(check(data, MODEL), "1440 read, 720 used", "sex: missing in 720");
    }

    /** So many that the executors look at them. */
    @Test
    void manyFilesOfTwoTypes() {
        Path data = folder.resolve("t");
        Dataset<Row> all = whole();
        all.repartition(70, col("person"), col("time")).write().parquet(data.toString());
        all.withColumn("person", col("person").cast("int"))
                .coalesce(1)
                .write()
                .mode("append")
                .parquet(data.toString());
        assertSays(check(data, MODEL), "1440 read, 1440 used", "120 person");
    }

    @ParameterizedTest
    @ValueSource(strings = {"long", "text", "dbl"})
    void predictKnowsIdsOfAnotherType(String type) throws IOException {
        Path model = folder.resolve("model");
        Path fitted = folder.resolve("fitted");
        whole().write().parquet(fitted.toString());
        assertEquals(0, fit(fitted, MODEL, model).code());
        Path out = folder.resolve("out");
        Commands ran = Commands.run(
                "predict",
                "--data",
                table("new_" + type).toString(),
                "--model",
                model.toString(),
                "--out",
                out.toString());
        assertSays(ran, "240 rows with the person's effects from the fit; 40 person");
        Dataset<Row> written = spark.read().parquet(out.toString());
        Dataset<Row> effects =
                spark.read().parquet(model.resolve("random_effects").toString());
        Dataset<Row> moved = written.withColumn("key", col("person").cast("int"))
                .join(effects.withColumn("key", col("person").cast("int")), "key")
                .selectExpr("abs(link_conditional - link_population - re_intercept) < 1e-12 AS same")
                .filter("same");
        assertEquals(240, moved.count(), "every row has its own person's effect");
    }

    @Test
    void predictSaysWhenNobodyIsKnown() {
        Path model = folder.resolve("model");
        assertEquals(0, fit(table("unused_ts_ns"), MODEL, model).code());
        Path others = folder.resolve("others");
        read("new_text")
                .selectExpr("concat('p', person) AS person", "time", "sex")
                .write()
                .parquet(others.toString());
        Commands ran = Commands.run(
                "predict",
                "--data",
                others.toString(),
                "--model",
                model.toString(),
                "--out",
                folder.resolve("o").toString());
        assertSays(
                ran,
                "240 rows without effects of the person (population prediction); 40 person",
                "Warning (no_known_ids): none of the person of the data is among those of the fit"
                        + " (person is string in the data and bigint in the fit)");
        Path two = folder.resolve("two");
        read("new_text")
                .selectExpr("IF(time = 0, string(int(person)), person) AS person", "time", "sex")
                .write()
                .parquet(two.toString());
        Commands ambiguous = Commands.run(
                "predict",
                "--data",
                two.toString(),
                "--model",
                model.toString(),
                "--out",
                folder.resolve("a").toString());
        assertRefused(ambiguous, 3, "several of the texts are the same number");
    }

    @Test
    void idsThatHaveLostDigitsAreRefused() {
        assertRefused(check(table("bigfloat-ids"), MODEL), 3, "in 720 rows it is 2^53 or more");
        Path floats = folder.resolve("floats");
        whole().withColumn("person", col("person").plus(1 << 24).cast("float"))
                .write()
                .parquet(floats.toString());
        assertRefused(check(floats, MODEL), 3, "column person is a float, and in 720 rows it is 2^24 or more");
        Path whole = folder.resolve("whole");
        whole().withColumn("person", col("person").plus(1L << 52).cast("double"))
                .write()
                .parquet(whole.toString());
        assertSays(check(whole, MODEL), "120 person");
    }

    @Test
    void aSchemaIsForText() {
        assertRefused(
                check(table("ids-bigint"), MODEL, "--schema", "person STRING"),
                2,
                "--schema: is for csv; parquet has its own");
    }

    @Test
    void aSchemaMayNameColumnsOfFolders() {
        Path data = folder.resolve("t");
        whole().withColumn("g", col("person").mod(3))
                .write()
                .option("header", "true")
                .partitionBy("g")
                .csv(data.toString());
        String schema = "person STRING, time DOUBLE, sex STRING, y INT";
        assertSays(
                check(data, "y ~ g + (1 | person)", "--format", "csv", "--schema", schema + ", g STRING"),
                "720 read, 720 used",
                "(Intercept), g1, g2");
        assertSays(
                check(data, "y ~ g + (1 | person)", "--format", "csv", "--schema", schema),
                "720 read, 720 used",
                "Fixed effects (2): (Intercept), g");
    }

    @Test
    void theSessionKeepsItsSettings() {
        String before = spark.conf().getAll().toString();
        assertSays(check(table("unused_ts_ns"), MODEL), "720 used");
        Path data = folder.resolve("t");
        read("partition-codes-numeric").write().partitionBy("region").parquet(data.toString());
        assertSays(check(data, "y ~ region + (1 | person)"), "720 used");
        assertEquals(before, spark.conf().getAll().toString());
    }
}
