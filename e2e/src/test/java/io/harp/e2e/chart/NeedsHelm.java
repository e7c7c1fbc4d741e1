package io.harp.e2e.chart;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs where Helm is; elsewhere the tests are skipped with a reason, or fail if {@code
 * HARP_REQUIRE} lists {@code helm}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HelmCondition.class)
@interface NeedsHelm {
  /** Whether promtool is needed as well ({@code promtool} in {@code HARP_REQUIRE}). */
  boolean promtool() default false;
}
