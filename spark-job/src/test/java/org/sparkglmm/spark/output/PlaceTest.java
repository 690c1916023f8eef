package org.sparkglmm.spark.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two names of one place are one place; no file system is asked that need not answer. */
class PlaceTest {
    private static Configuration configuration() {
        Configuration out = new Configuration(false);
        out.set("fs.defaultFS", "hdfs://nn.invalid");
        out.set("dfs.nameservices", "ha");
        out.set("dfs.ha.namenodes.ha", "a,b");
        out.set("dfs.namenode.rpc-address.ha.a", "one.invalid:8020");
        out.set("dfs.namenode.rpc-address.ha.b", "two.invalid:9000");
        out.set("dfs.namenode.http-address.ha.b", "two.invalid:9870");
        return out;
    }

    @ParameterizedTest
    @CsvSource({
        "/data/a,hdfs://nn.invalid/data,true",
        "/data/a,hdfs://nn.invalid:8020/data/a/b,true",
        "hdfs:///data,hdfs://NN.invalid:8020/data,true",
        "hdfs://nn.invalid/data,hdfs://nn.invalid:9000/data,false",
        "hdfs://nn.invalid/data,webhdfs://nn.invalid:9870/data/x,true",
        "hdfs://ha/data,hdfs://one.invalid/data,true",
        "hdfs://ha/data,hdfs://two.invalid:9000/data,true",
        "hdfs://ha/data,webhdfs://two.invalid:9870/data,true",
        "hdfs://ha/data,hdfs://two.invalid/data,false",
        "hdfs://127.0.0.1/data,hdfs://localhost:8020/data,true",
        "hdfs://other.invalid/data,/data,false",
        "/data,/database,false",
        "/data/../lake,hdfs://nn.invalid/lake/x,true",
        "s3a://bucket/a,s3://bucket/a/b,true",
        "s3a://bucket/a,s3a://other/a,false",
        "abfs://c@account/a,abfss://c@account/a,true",
        "file:/data,hdfs://nn.invalid/data,false",
        "file:/data,file:///data/x,true"
    })
    void touch(String a, String b, boolean same) {
        Configuration configuration = configuration();
        Place one = Place.of(new Path(a), configuration);
        Place other = Place.of(new Path(b), configuration);
        assertEquals(same, one.touches(other), a + " " + b);
        assertEquals(same, other.touches(one), b + " " + a);
    }
}
