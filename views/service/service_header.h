// Name, health in words, what the service consists of; Deploy and More.
#pragma once

#include "views/service/service_models.h"

#include <QWidget>

class QPushButton;

namespace slipway::views
{

class Label;
class ServiceActions;
class StatePill;

class ServiceHeader : public QWidget
{
    Q_OBJECT

public:
    ServiceHeader(PageContext &context, ServiceModels &models, ServiceActions &actions,
                  QWidget *parent = nullptr);

Q_SIGNALS:
    void deployRequested();

private:
    QWidget *makeWords();
    QPushButton *makeMore(ServiceActions &actions);
    void refresh();

    PageContext &m_context;
    ServiceModels &m_models;
    Label *m_name = nullptr;
    StatePill *m_health = nullptr;
    Label *m_facts = nullptr;
    QPushButton *m_deploy = nullptr;
};

} // namespace slipway::views
