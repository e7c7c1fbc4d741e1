package io.harp.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs where a lab can: elsewhere the tests are skipped with a reason. When the environment
 * variable {@code HARP_REQUIRE} lists {@code lab} (or {@code real-api}, for tests that need it),
 * what is missing is a failure instead.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(LabExtension.class)
public @interface NeedsLab {
  /** Whether kube-apiserver and etcd are needed as well. */
  boolean realApi() default false;

  /** Whether node_exporter is needed as well; required with {@code node-exporter}. */
  boolean nodeExporter() default false;
}
