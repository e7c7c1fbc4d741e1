package io.harp.kube;

import io.harp.model.Address;
import io.harp.model.NodeName;

/** Where the pod of a node can be reached. */
public record PodAddress(NodeName node, Address ip) {}
