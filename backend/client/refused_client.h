#pragma once

#include "backend/client/fabric_client.h"

namespace slipway::client
{

// Stands for a client whose address was refused: answers everything with that error, at once.
std::unique_ptr<FabricClient> makeRefusedClient(const std::string &address, const v1::Error &error);

} // namespace slipway::client
