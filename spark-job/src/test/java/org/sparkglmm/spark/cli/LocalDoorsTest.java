package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.buffer.ManagedBuffer;
import org.apache.spark.network.client.ChunkReceivedCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.shuffle.protocol.BlockTransferMessage;
import org.apache.spark.network.shuffle.protocol.OpenBlocks;
import org.apache.spark.network.shuffle.protocol.StreamHandle;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Another user of the machine, who knows the ports and speaks Spark's protocol but has no secret, against a session of ours. */
class LocalDoorsTest {
    private static final String ROW = "SENTINEL-4711";

    /** What a stranger without the secret is told, by Spark 3.5 and 4.1, on either port. */
    private static final String REFUSED = "SaslMessage";

    @TempDir
    private Path folder;

    @BeforeEach
    @AfterEach
    void noSession() {
        TestSession.stop();
        System.clearProperty("spark.authenticate");
        System.clearProperty("spark.local.dir");
    }

    @Test
    void aStrangerGetsNoRows() {
        String answer = inASession(LocalDoorsTest::askForRows);
        assertFalse(answer.contains(ROW), answer);
        assertTrue(answer.contains(REFUSED), answer);
    }

    /** So that the test above can fail; and what the user has set stays. */
    @Test
    void aStrangerGetsRowsWhereTheUserHasTurnedAuthenticationOff() {
        System.setProperty("spark.authenticate", "false");
        String answer = inASession(LocalDoorsTest::askForRows);
        assertTrue(answer.contains(ROW), answer);
    }

    @Test
    void aStrangerIsRefusedAtTheDriversPort() {
        String answer = inASession(spark -> askDriver(spark));
        assertTrue(answer.contains(REFUSED), answer);
        TestSession.stop();
        System.setProperty("spark.authenticate", "false");
        answer = inASession(spark -> askDriver(spark));
        assertFalse(answer.contains(REFUSED), answer);
    }

    @Test
    void everyRunHasASecretOfItsOwnThatNoSettingHolds() throws IOException {
        List<String> secrets = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            inASession(spark -> {
                String secret = secret();
                secrets.add(secret);
                assertTrue(secret.length() >= 32, "a secret of " + secret.length() + " characters");
                for (scala.Tuple2<String, String> setting :
                        spark.sparkContext().conf().getAll()) {
                    assertFalse(setting._2().contains(secret), setting._1());
                }
                System.getProperties()
                        .forEach((name, value) -> assertFalse(value.toString().contains(secret), name.toString()));
                return "";
            });
            TestSession.stop();
        }
        assertNotEquals(secrets.get(0), secrets.get(1));
    }

    @Test
    void filesOfRowsLieInAFolderForTheOwnerAlone() {
        System.setProperty("spark.local.dir", folder.resolve("a") + "," + folder.resolve("b"));
        inASession(spark -> {
            JavaRDD<String> rows = new JavaSparkContext(spark.sparkContext())
                    .parallelize(List.of("b", "a", "c", "d"), 4)
                    .repartition(3)
                    .persist(StorageLevel.DISK_ONLY());
            assertEquals(4, rows.count());
            try {
                assertTrue(count(folder) >= 3, "Spark wrote its files elsewhere");
                for (String asked : List.of("a", "b")) {
                    try (Stream<Path> inside = Files.list(folder.resolve(asked))) {
                        for (Path made : inside.toList()) {
                            assertEquals(
                                    "rwx------",
                                    PosixFilePermissions.toString(Files.getPosixFilePermissions(made)),
                                    made.toString());
                        }
                    }
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return "";
        });
    }

    /** local-cluster is Spark's own test of a cluster; it takes a secret from its user only. */
    @Test
    void mastersElsewhereAreTheirAdministrators() {
        for (String master : List.of("yarn", "spark://host:7077", "local-cluster[2,1,1024]", "k8s://https://host")) {
            SparkConf conf = new SparkConf(false).setMaster(master);
            LocalDoors.close(conf);
            assertEquals(1, conf.getAll().length, master);
        }
        for (String master : List.of("local", "local[*]", "local[4]", "local[2,3]")) {
            SparkConf conf = new SparkConf(false).setMaster(master);
            LocalDoors.close(conf);
            assertEquals("true", conf.get("spark.authenticate"), master);
        }
    }

    private interface Stranger {
        String in(SparkSession spark);
    }

    /** What a stranger brings home from a session that our program has started, with rows in it. */
    private static String inASession(Stranger stranger) {
        String[] answer = new String[1];
        SessionOptions.run("local[2]", spark -> {
            answer[0] = stranger.in(spark);
            return 0;
        });
        return answer[0];
    }

    private static String askForRows(SparkSession spark) {
        JavaRDD<String> rows = new JavaSparkContext(spark.sparkContext())
                .parallelize(List.of(ROW), 1)
                .persist(StorageLevel.MEMORY_ONLY());
        rows.count();
        int port = SparkEnv.get().blockManager().blockManagerId().port();
        ByteBuffer request = new OpenBlocks("any", "any", new String[] {"rdd_" + rows.id() + "_0"}).toByteBuffer();
        return ask(port, client -> {
            StreamHandle handle =
                    (StreamHandle) BlockTransferMessage.Decoder.fromByteBuffer(client.sendRpcSync(request, 20_000));
            CompletableFuture<String> chunk = new CompletableFuture<>();
            client.fetchChunk(handle.streamId, 0, new ChunkReceivedCallback() {
                @Override
                public void onSuccess(int index, ManagedBuffer buffer) {
                    try {
                        chunk.complete(
                                Unpooled.wrappedBuffer(buffer.nioByteBuffer()).toString(StandardCharsets.ISO_8859_1));
                    } catch (IOException e) {
                        chunk.completeExceptionally(e);
                    }
                }

                @Override
                public void onFailure(int index, Throwable e) {
                    chunk.completeExceptionally(e);
                }
            });
            return chunk.get(20, TimeUnit.SECONDS);
        });
    }

    private static String askDriver(SparkSession spark) {
        int port = Integer.parseInt(spark.sparkContext().conf().get("spark.driver.port"));
        return ask(port, client -> {
            client.sendRpcSync(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}), 20_000);
            return "";
        });
    }

    private interface Question {
        String to(TransportClient client) throws Exception;
    }

    /** The answer, or why there was none. */
    private static String ask(int port, Question question) {
        try (TransportContext context = new TransportContext(
                        new TransportConf("shuffle", MapConfigProvider.EMPTY), new NoOpRpcHandler());
                TransportClientFactory factory = context.createClientFactory();
                TransportClient client = factory.createClient("127.0.0.1", port)) {
            return question.to(client);
        } catch (Exception e) {
            return e.toString();
        }
    }

    private static String secret() {
        try {
            byte[] key = UserGroupInformation.getCurrentUser()
                    .getCredentials()
                    .getSecretKey(new org.apache.hadoop.io.Text("sparkCookie"));
            return new String(key, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static long count(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).count();
        }
    }
}
