package io.harp.speaker.election;

import io.harp.model.Advertisement;
import io.harp.model.Endpoints;
import io.harp.model.LbService;
import io.harp.model.NodeFacts;
import io.harp.model.NodeName;
import io.harp.model.Pool;
import io.harp.model.ServiceKey;
import java.util.List;
import java.util.Map;

/** The API objects that decide about ownership, as last seen. */
public record World(
    Map<ServiceKey, LbService> services,
    Map<ServiceKey, Endpoints> endpoints,
    Map<NodeName, NodeFacts> nodes,
    List<Pool> pools,
    List<Advertisement> advertisements) {}
