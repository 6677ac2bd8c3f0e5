#include "backend/fabric/parts.h"

#include "backend/engine/local/local_engine.h"
#include "backend/fabric/idle_parts.h"
#include "backend/fabric/local_edge_link.h"

namespace slipway::fabric
{

namespace
{

FabricParts localParts()
{
    FabricParts parts;
    parts.make_engine = [](const PartsContext &context) {
        return engine::makeLocalEngine(context.io,
                                       {context.paths, context.fabric_id, context.daemon_program});
    };
    parts.make_edge = [](const PartsContext &context) -> std::unique_ptr<EdgeLink> {
        return std::make_unique<LocalEdgeLink>(context);
    };
    return parts;
}

FabricParts idleParts()
{
    FabricParts parts;
    parts.make_engine = [](const PartsContext &) { return std::make_unique<IdleEngine>(); };
    parts.make_edge = [](const PartsContext &) { return std::make_unique<IdleEdgeLink>(); };
    return parts;
}

} // namespace

Result<FabricParts> partsFor(const std::string &engine)
{
    if (engine == "local")
        return localParts();
    if (engine == "none")
        return idleParts();
    return failure(v1::Error::INVALID_ARGUMENT, "UNKNOWN_ENGINE",
                   "There is no engine \"" + engine + "\" in this program; use \"local\".", engine);
}

Result<std::unique_ptr<Fabric>> openFabric(const FabricOptions &options)
{
    const auto parts = partsFor(options.engine);
    if (!parts)
        return Failure(parts.error());
    return openFabric(options, *parts);
}

} // namespace slipway::fabric
