package org.sparkglmm.spark.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.sparkglmm.spark.cli.Main;

/**
 * Malformed formulas, options, configuration files, tables and model files, made from good ones by chance and fed to the program
 * in one JVM. Each run must end in time, with a documented exit code, and where it fails in one sentence, without a trace, an id
 * of the data or a folder left behind. The same seed makes the same runs: {@code scripts/fuzz}.
 */
public final class Fuzz {
    private static final String SECRET = "secret77";
    private static final long SECONDS = 120;
    private static final List<String> FORMULAS = List.of(
            "y ~ time + x + (1 | id)",
            "y ~ time * g + log(x + 1) + (1 + time | id)",
            "y ~ I(x^2) + offset(log(w)) + (1 + time || id)",
            "b ~ time:g - 1 + factor(time) + (1 | id)",
            "cbind(b, n) ~ time + (1 | id)",
            "b/n ~ `my col` + (0 + time | id)",
            "y ~ I(CASE WHEN x > 0.5 AND g = 'a' THEN 1 ELSE 0 END) + (1 | id)",
            "y ~ (time + g)^2 + I(coalesce(x, 0) * 2) + I(datediff(d, '2020-01-01') / 7) + (1 | id)");
    private static final List<String> PIECES = List.of(
            "~",
            "+",
            "-",
            "*",
            "/",
            ":",
            "^",
            "(",
            ")",
            "[",
            "]",
            "|",
            "||",
            ",",
            "`",
            "'",
            "\"",
            "1",
            "0",
            "2",
            "1e999",
            "1e-400",
            "x",
            "y",
            "time",
            "g",
            "id",
            "nope",
            "factor(",
            "I(",
            "log(",
            "offset(",
            "cbind(",
            "(1 | id)",
            "(1 | g)",
            "\\",
            "${env:HOME}",
            "SELECT 1",
            "reflect('a','b')",
            "rand()",
            "--",
            "/*",
            ";",
            "\n",
            "\t",
            "\0",
            "\u00a0",
            "\u202e",
            "\u2028",
            "\u001b[2J",
            "größe",
            "\ud83d\ude00",
            "\ud800",
            "e\u0301",
            "NaN",
            "Inf",
            "NULL",
            "TRUE",
            "%in%",
            "%%",
            "->",
            "::",
            "==",
            "<=>",
            "as.factor(x)",
            "poly(x, 2)",
            ".",
            "..",
            "#");
    private static final List<String> VALUES = List.of(
            "",
            " ",
            "x",
            "y",
            "id",
            "g",
            "nope",
            "-1",
            "0",
            "1",
            "2",
            "3",
            "1.5",
            "1e99",
            "99999999999999999999",
            "NaN",
            "auto",
            "true",
            "~ x",
            "~ g",
            "~ (1 | id)",
            "x ~ y",
            "a,b",
            "g=a,b,c",
            "g=a,b",
            "g=",
            "=",
            "g=a,,b",
            "b=0,1",
            "\0",
            "ä",
            "local[2]",
            "time=1",
            "0:2",
            "0:1e9",
            "2:0:0",
            "x=1",
            "../..",
            "/",
            "/proc/self/mem",
            "hdfs://127.0.0.1:1/x",
            "nosuch://x",
            "file:",
            "[",
            "{",
            "${x}",
            "id STRING",
            "y DOUBLE,",
            "\u202e",
            "\u2028",
            "\u001b[2J",
            "a:b",
            "./a:b",
            "C:\\data.csv",
            "jar:file:/x.jar!/y",
            "http://127.0.0.1:1/x",
            "har:///x",
            "viewfs://x/y",
            "file://host/x",
            "data:,x",
            "a".repeat(5_000));

    private final Path work;
    private final long seed;
    private final Map<Integer, Integer> codes = new TreeMap<>();
    private final Map<String, Integer> kinds = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private String csv;
    private byte[] parquet;
    private String model;
    private long slowest;

    private Fuzz(Path work, long seed) {
        this.work = work;
        this.seed = seed;
    }

    /** Arguments: runs, seed, an empty folder. */
    public static void main(String[] arguments) throws Exception {
        int runs = Integer.parseInt(arguments[0]);
        Fuzz fuzz = new Fuzz(Path.of(arguments[2]), Long.parseLong(arguments[1]));
        SparkSession spark = SparkSession.builder().getOrCreate();
        long start = System.nanoTime();
        fuzz.prepare(spark);
        for (int i = 0; i < runs; i++) {
            fuzz.run(i);
            if ((i + 1) % 250 == 0) {
                System.err.printf("%d runs, %.0f s%n", i + 1, (System.nanoTime() - start) / 1e9);
            }
        }
        System.out.printf(
                "%d runs in %.0f s, the slowest %.1f s%nby kind: %s%nexit codes: %s%nfailures: %d%n",
                runs,
                (System.nanoTime() - start) / 1e9,
                fuzz.slowest / 1e9,
                fuzz.kinds,
                fuzz.codes,
                fuzz.failures.size());
        spark.stop();
        System.exit(fuzz.failures.isEmpty() ? 0 : 1);
    }

    private void prepare(SparkSession spark) throws IOException {
        Random random = new Random(5);
        StringBuilder text = new StringBuilder("id,y,b,n,time,x,w,g,d,my col\n");
        for (int i = 0; i < 20; i++) {
            for (int j = 0; j < 4; j++) {
                text.append(SECRET).append('_').append(i).append(',').append(random.nextGaussian() + i % 3);
                text.append(',')
                        .append(random.nextInt(2))
                        .append(",2,")
                        .append(j)
                        .append(',')
                        .append(random.nextDouble());
                text.append(',').append(1 + random.nextInt(3)).append(',').append("abc".charAt(i % 3));
                text.append(",2020-01-0")
                        .append(1 + j)
                        .append(',')
                        .append(random.nextInt(9))
                        .append('\n');
            }
        }
        csv = text.toString();
        Path data = Files.writeString(work.resolve("good.csv"), csv);
        Path table = work.resolve("good");
        spark.read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(data.toString())
                .coalesce(1)
                .write()
                .parquet(table.toString());
        parquet = Files.readAllBytes(part(table));
        String[] fit = {
            "fit",
            "--quiet",
            "--data",
            data.toString(),
            "--formula",
            FORMULAS.get(0),
            "--family",
            "gaussian",
            "--out",
            work.resolve("model").toString()
        };
        PrintStream console = System.out;
        System.setOut(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
        int code = Main.run(fit);
        System.setOut(console);
        if (code != 0) {
            throw new IllegalStateException("the good model was not fitted");
        }
        model = Files.readString(work.resolve("model/model.json"));
    }

    private static Path part(Path table) throws IOException {
        try (Stream<Path> files = Files.list(table)) {
            return files.filter(f -> f.getFileName().toString().startsWith("part-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What a run is given. */
    private record Given(String kind, List<String> arguments) {}

    private void run(int i) throws Exception {
        Random random = new Random(seed * 1_000_003L + i);
        Given given = given(random);
        kinds.merge(given.kind, 1, Integer::sum);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        int[] code = {Integer.MIN_VALUE};
        Throwable[] thrown = {null};
        Thread thread = new Thread(() -> {
            try {
                code[0] = Main.run(given.arguments.toArray(String[]::new));
            } catch (Throwable t) {
                thrown[0] = t;
            }
        });
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        long start = System.nanoTime();
        thread.start();
        thread.join(SECONDS * 1000);
        boolean hangs = thread.isAlive();
        slowest = Math.max(slowest, System.nanoTime() - start);
        System.setOut(oldOut);
        System.setErr(oldErr);
        codes.merge(code[0], 1, Integer::sum);
        String why = hangs
                ? "hangs in " + Arrays.toString(Arrays.copyOf(thread.getStackTrace(), 5))
                : thrown[0] != null
                        ? "throws " + thrown[0]
                        : wrong(code[0], out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        if (why != null) {
            failures.add("run " + i + " (" + given.kind + "): " + why + "\n    " + shown(given.arguments));
            System.out.println(failures.get(failures.size() - 1));
        }
        if (hangs) {
            System.exit(1);
        }
        delete(work.resolve("out"));
    }

    /** Why the end is none that a user may see, or null. */
    private String wrong(int code, String out, String err) throws IOException {
        if (code < 0 || code > 5) {
            return "exit code " + code;
        }
        long sentences = err.lines().filter(l -> l.startsWith("error: ")).count();
        if (code != 0 && code != 4 && sentences != 1) {
            return "exit code " + code + " with " + sentences + " sentences: " + first(err);
        }
        if (code == 1 || err.contains("run again with --stacktrace")) {
            return "exit code 1: " + first(err);
        }
        if (err.contains("\tat ") || out.contains("\tat ")) {
            return "a stack trace";
        }
        if ((out + err)
                .codePoints()
                .anyMatch(c -> c != '\n' && (Character.isISOControl(c) || c == 0x2028 || c == 0x202e))) {
            return "a control character is shown: " + first(err);
        }
        if (err.contains(SECRET)) {
            return "an id is shown: " + first(err);
        }
        try (Stream<Path> files = Files.list(work)) {
            if (files.anyMatch(f -> f.getFileName().toString().contains(".writing"))) {
                return "a folder .writing is left";
            }
        }
        return null;
    }

    private static String first(String text) {
        return text.substring(0, Math.min(300, text.length())).replace("\n", " / ");
    }

    private static String shown(List<String> arguments) {
        StringBuilder line = new StringBuilder();
        for (String a : arguments) {
            String s = a.length() > 400 ? a.substring(0, 400) + "...(" + a.length() + ")" : a;
            line.append('\'');
            s.chars()
                    .forEach(c ->
                            line.append(c < 32 || c > 126 ? String.format("\\u%04x", c) : String.valueOf((char) c)));
            line.append("' ");
        }
        return line.toString();
    }

    private Given given(Random random) throws IOException {
        int kind = random.nextInt(100);
        if (kind < 40) {
            return new Given(
                    "formula",
                    command(
                            "check",
                            work.resolve("good.csv"),
                            mutated(pick(FORMULAS, random), random),
                            family(random)));
        }
        if (kind < 58) {
            return new Given("options", options(random));
        }
        if (kind < 66) {
            return new Given("config", config(random));
        }
        if (kind < 84) {
            Path data = Files.writeString(work.resolve("bad.csv"), table(random));
            return new Given("csv", command("check", data, pick(FORMULAS, random), family(random)));
        }
        if (kind < 92) {
            delete(work.resolve("bad"));
            Path data = Files.createDirectories(work.resolve("bad"));
            Files.write(data.resolve("part-0.parquet"), bytes(random));
            if (random.nextBoolean()) {
                Files.write(data.resolve("part-1.parquet"), parquet);
            }
            return new Given("parquet", command("check", data, pick(FORMULAS, random), family(random)));
        }
        Path at = Files.createDirectories(work.resolve("spoilt"));
        Files.writeString(at.resolve("model.json"), characters(model, random));
        String path = at.toString();
        return new Given(
                "model",
                switch (random.nextInt(4)) {
                    case 0 -> List.of("contrast", "--model", path, "time");
                    case 1 ->
                        List.of(
                                "report",
                                "--model",
                                path,
                                "--out",
                                work.resolve("out").toString());
                    case 2 -> List.of("compare", path, work.resolve("model").toString());
                    default ->
                        List.of(
                                "simulate",
                                "--model",
                                path,
                                "--data",
                                work.resolve("good.csv").toString(),
                                "--out",
                                work.resolve("out").toString());
                });
    }

    private static <T> T pick(List<T> of, Random random) {
        return of.get(random.nextInt(of.size()));
    }

    private static String family(Random random) {
        return random.nextInt(4) > 0
                ? "gaussian"
                : pick(List.of("binomial", "poisson", "ordinal", "tweedie", "beta", "nbinom2", "gausian", ""), random);
    }

    private static List<String> command(String name, Path data, String formula, String family) {
        return List.of(name, "--data", data.toString(), "--formula", formula, "--family", family);
    }

    /** A formula with some words gone, doubled, swapped, put in; or far too deep or long. */
    private static String mutated(String formula, Random random) {
        if (random.nextInt(25) == 0) {
            String deep = pick(List.of("(", "I(", "log(", "[", "-", "x+", "x:", "`a", "1 | ", "a^"), random);
            int times = pick(List.of(50, 150, 3_000, 10_000), random);
            String end = deep.endsWith("(") ? "x" + ")".repeat(times) : "x";
            return formula.replaceFirst("~", "~ " + deep.repeat(times).replace("\\", "") + end + " + ");
        }
        if (random.nextInt(25) == 0) {
            return formula.replace("x", "n".repeat(random.nextInt(200_000)));
        }
        List<String> words = new ArrayList<>(Arrays.asList(formula.split("(?<=\\W)|(?=\\W)")));
        for (int k = 1 + random.nextInt(4); k > 0 && !words.isEmpty(); k--) {
            int at = random.nextInt(words.size());
            switch (random.nextInt(5)) {
                case 0 -> words.remove(at);
                case 1 -> words.add(at, words.get(at));
                case 2 -> words.set(at, words.set(random.nextInt(words.size()), words.get(at)));
                case 3 -> words.add(at, pick(PIECES, random));
                default -> words.set(at, characters(words.get(at), random));
            }
        }
        return String.join("", words);
    }

    private static String characters(String text, Random random) {
        StringBuilder out = new StringBuilder(text);
        for (int k = 1 + random.nextInt(3); k > 0; k--) {
            int at = random.nextInt(out.length() + 1);
            char c = (char) (random.nextInt(3) > 0 ? 32 + random.nextInt(95) : random.nextInt(0x2100));
            int to = Math.min(out.length(), at + random.nextInt(3));
            out.replace(at, to, random.nextInt(3) == 0 ? "" : String.valueOf(c));
        }
        return out.toString();
    }

    private List<String> options(Random random) {
        List<String> names = List.of(
                "--format",
                "--schema",
                "--link",
                "--zi",
                "--dispersion",
                "--offset",
                "--weights",
                "--precision-weights",
                "--levels",
                "--nodes",
                "--reml",
                "--optimizer",
                "--se",
                "--ci",
                "--start",
                "--min-cell-count",
                "--on-exists",
                "--write-fitted",
                "--seed",
                "--time",
                "--grid",
                "--by",
                "--set",
                "--model",
                "--status",
                "--data",
                "--nosuch",
                "--help",
                "--quiet");
        String command = pick(
                List.of(
                        "fit",
                        "check",
                        "check",
                        "predict",
                        "simulate",
                        "trajectories",
                        "contrast",
                        "compare",
                        "report",
                        "nosuch",
                        "generate"),
                random);
        List<String> out = new ArrayList<>(List.of(command));
        String data = work.resolve("good.csv").toString();
        String fitted = work.resolve("model").toString();
        String to = work.resolve("out").toString();
        switch (command) {
            case "fit" ->
                out.addAll(List.of(
                        "--data",
                        data,
                        "--formula",
                        FORMULAS.get(0),
                        "--family",
                        "gaussian",
                        "--nodes",
                        "1",
                        "--out",
                        to));
            case "check" ->
                out.addAll(List.of("--data", data, "--formula", pick(FORMULAS, random), "--family", "gaussian"));
            case "predict", "simulate" -> out.addAll(List.of("--model", fitted, "--data", data, "--out", to));
            case "trajectories" ->
                out.addAll(List.of("--model", fitted, "--time", "time", "--grid", "0:2", "--out", to));
            case "contrast" -> out.addAll(List.of("--model", fitted, mutated("time - 2*x = 0.5", random)));
            case "compare" -> out.addAll(List.of(fitted, fitted));
            case "report" -> out.addAll(List.of("--model", fitted, "--out", to));
            case "generate" -> out.addAll(List.of("--persons", "3", "--visits", "2", "--files", "1", "--out", to));
            default -> out.add("x");
        }
        for (int k = random.nextInt(4); k > 0; k--) {
            String name = pick(names, random);
            if (name.equals("--grid") || !command.equals("generate")) {
                out.add(name);
            }
            if (!List.of("--reml", "--write-fitted", "--help", "--quiet").contains(name)) {
                out.add(pick(VALUES, random));
            }
        }
        if (random.nextInt(4) == 0) {
            out.remove(random.nextInt(out.size()));
        }
        // Never a place outside the folder of this run.
        int at = out.indexOf("--out");
        if (at >= 0 && (at + 1 >= out.size() || !out.get(at + 1).equals(to))) {
            return List.of(command);
        }
        return out;
    }

    private List<String> config(Random random) throws IOException {
        StringBuilder lines = new StringBuilder("family = gaussian\nformula = " + FORMULAS.get(0) + "\n");
        for (int k = random.nextInt(5); k > 0; k--) {
            lines.append(pick(
                    List.of(
                            "nodes",
                            "data",
                            "nosuch",
                            "zi",
                            "levels",
                            "quiet",
                            "reml",
                            "=",
                            "#",
                            "\\u00",
                            "\\",
                            "!",
                            "",
                            "stacktrace",
                            "min-cell-count",
                            "config"),
                    random));
            lines.append(pick(List.of(" = ", "=", ":", " ", ""), random));
            lines.append(pick(VALUES, random)).append(random.nextInt(5) == 0 ? "" : "\n");
        }
        Path file = work.resolve("options.config");
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(4) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        Files.write(file, bytes);
        String path = pick(
                List.of(file.toString(), file.toString(), file.toString(), work.toString(), "", "\0", "/nosuch"),
                random);
        return List.of(
                "check", "--config", path, "--data", work.resolve("good.csv").toString());
    }

    /** The table's text with characters, fields or lines changed. */
    private String table(Random random) {
        if (random.nextInt(6) == 0) {
            return csv.replace("\n", pick(List.of("\r\n", "\r", "\n\n", ",\n", "\n,", "\"\n", "\0\n", "\n#"), random));
        }
        if (random.nextInt(6) == 0) {
            return characters(csv.substring(0, random.nextInt(csv.length())), random);
        }
        List<String> lines = new ArrayList<>(Arrays.asList(csv.split("\n")));
        int times = random.nextBoolean() ? 1 + random.nextInt(5) : 60;
        int column = random.nextInt(10);
        String value = pick(
                List.of(
                        "",
                        "NA",
                        "NaN",
                        "Infinity",
                        "-1",
                        "1e308",
                        "1e-320",
                        "9999999999999",
                        "text",
                        "\"",
                        "\"a",
                        "1,5",
                        "\"1,5\"",
                        "'",
                        "\ufffd",
                        "2020-02-30",
                        "true",
                        "0x10",
                        "1d",
                        "-0.0",
                        "a".repeat(2_000)),
                random);
        for (int k = 0; k < times; k++) {
            int at = random.nextInt(lines.size());
            String[] fields = lines.get(at).split(",");
            switch (random.nextInt(8)) {
                case 0 -> lines.set(at, characters(lines.get(at), random));
                case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
                case 2 ->
                    lines.set(at, String.join(",", Arrays.copyOf(fields, Math.max(1, random.nextInt(fields.length)))));
                default -> {
                    fields[column % fields.length] = value;
                    lines.set(at, String.join(",", fields));
                }
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private byte[] bytes(Random random) {
        byte[] out = parquet.clone();
        switch (random.nextInt(4)) {
            case 0 -> out = Arrays.copyOf(out, random.nextInt(out.length));
            case 1 -> random.nextBytes(out);
            default -> {
                for (int k = 1 + random.nextInt(20); k > 0; k--) {
                    out[random.nextInt(out.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return out;
    }

    private static void delete(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
