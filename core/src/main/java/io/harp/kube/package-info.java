/**
 * Talks to the Kubernetes API: reads objects, translates them into the model, and survives an API
 * server that is absent, slow or restarted. Nothing outside this package and the status writers
 * knows fabric8.
 */
@NullMarked
package io.harp.kube;

import org.jspecify.annotations.NullMarked;
