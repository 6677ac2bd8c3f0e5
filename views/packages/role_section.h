// One role of a package: kind and size, endpoints, programs, settings, disks.
#pragma once

#include "views/packages/fact_list.h"

namespace slipway::views
{

class RoleSection : public QWidget
{
    Q_OBJECT

public:
    RoleSection(const Theme &theme, const v1::RoleDefinition &role,
                const v1::ServiceConfiguration &configuration, QWidget *parent = nullptr);

private:
    void addPrograms(const v1::RoleDefinition &role, FactList &facts);
    void addNames(const v1::RoleDefinition &role, FactList &facts);
};

QString endpointWords(const v1::Endpoint &endpoint); // "HttpIn: http, port 80, public"
QString probeWords(const v1::Probe &probe);

} // namespace slipway::views
