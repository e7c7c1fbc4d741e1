/**
 * Who uses which port of which node, read from the templates of workloads, and who may not because
 * somebody else does.
 */
@NullMarked
package io.harp.controller.hostports;

import org.jspecify.annotations.NullMarked;
