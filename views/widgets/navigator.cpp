#include "views/widgets/navigator.h"

namespace slipway::views
{

void Navigator::openService(const QString &name, const QString &part)
{
    open({PageId::Service, name, part});
}

void Navigator::openInstance(const models::InstanceId &id)
{
    open({PageId::Service, serviceOf(id), id.toString()});
}

void Navigator::openHost(const QString &id)
{
    open({PageId::Hosts, id, {}});
}

void Navigator::openPackage(const QString &digest)
{
    open({PageId::Packages, digest, {}});
}

void Navigator::openOperation(const QString &id)
{
    open({PageId::Activity, id, {}});
}

} // namespace slipway::views
