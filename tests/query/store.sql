-- A shop with a checkout that fails, as three services tell it; an escape sequence in a message; traces without a root,
-- with two roots, in a circle. 1795259154 is 2026-11-21T11:05:54Z.
INSERT INTO otel_resources VALUES
  (1, 'shop', '{"service.name":"shop","service.instance.id":"a"}', 0, NULL, 1795259150000000000, 15),
  (2, 'payment', '{"service.name":"payment"}', 0, NULL, 1795259150000000000, 9),
  (3, NULL, '{}', 0, NULL, 1795259150000000000, 5);
INSERT INTO otel_scopes VALUES (1, 'checkout', '1.2', '{}', 0, NULL, 15);
INSERT INTO otel_batches VALUES (21, x'00112233445566778899aabbccddeeff', 1795259160000000000);

INSERT INTO otel_logs VALUES
  (1, 1795259154123456789, 1795259154123456789, NULL, NULL, 0, 9, 'INFO', 'shop', NULL, 'listening on 8080', '{"port":8080}', 0, 1, 1),
  (2, 1795259154150000000, 1795259154150000000, '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7', 1, 17, 'ERROR', 'payment',
   'payment.refused', 'card declined', '{"order.id":17,"reason":"no funds","exception.stacktrace":"Refused: no funds\n\tat pay.rs:7\n\tat main.rs:3"}', 0, 2, 1),
  (3, 1795259153000000000, 1795259153000000000, NULL, NULL, 0, 0, 'warning', 'shop', NULL, 'slow disk 100% busy', '{"ms":[1,2]}', 0, 1, 1),
  (4, 1795259155000000000, 0, NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, '{}', 0, 3, 1),
  (5, 1795259156000000000, 0, NULL, NULL, 0, 21, NULL, NULL, NULL, char(27) || '[2Jgone' || char(10) || '2026-11-21T11:05:59.000Z FATAL fake', '{"a":"\u001b]0;x\u0007"}', 0, 3, 1);

INSERT INTO otel_spans VALUES
  (6, 1795259154100000000, 1795259154220000000, 120000000, '4bf92f3577b34da6a3ce929d0e0e4736', 'a000000000000001', NULL, NULL,
   'GET /checkout', 'Server', 'shop', 'Error', 'payment failed', '{"http.route":"/checkout"}', '[]', '[]', 1, 0, 0, 0, 1, 1),
  (7, 1795259154105000000, 1795259154117000000, 12000000, '4bf92f3577b34da6a3ce929d0e0e4736', 'a000000000000002', 'a000000000000001', NULL,
   'SELECT orders', 'Client', 'shop', 'Unset', NULL, '{"db.system":"sqlite"}', '[]', '[]', 1, 0, 0, 0, 1, 1),
  (8, 1795259154120000000, 1795259154205000000, 85000000, '4bf92f3577b34da6a3ce929d0e0e4736', 'a000000000000003', 'a000000000000001', NULL,
   'POST /pay', 'Client', 'shop', 'Unset', NULL, '{}', '[]', '[]', 1, 0, 0, 0, 1, 1),
  (9, 1795259154130000000, 1795259154200000000, 70000000, '4bf92f3577b34da6a3ce929d0e0e4736', 'a000000000000004', 'a000000000000003', NULL,
   'charge', 'Server', 'payment', 'Error', 'card declined', '{}',
   '[{"time_unix_nano":1795259154150000000,"name":"exception","attributes":{"exception.type":"Refused"},"dropped_attributes_count":0}]', '[]', 1, 0, 0, 0, 2, 1),
  (10, 1795259160000000000, 1795259160001500000, 1500000, '4bf900000000000000000000000000aa', 'b000000000000001', NULL, NULL,
   'cron', 'Internal', 'shop', 'Ok', NULL, '{}', '[]', '[]', 1, 0, 0, 0, 1, 1),
  (11, 1795259161000000000, 1795259161000300000, 300000, 'c0ffee00000000000000000000000001', 'c000000000000001', 'c0000000000000ff', NULL,
   'orphan', 'Consumer', 'payment', 'Unset', NULL, '{}', '[]', '[]', 1, 0, 0, 0, 2, 1),
  (12, 1795259162000000000, 1795259162100000000, 100000000, 'dead0000000000000000000000000001', 'd000000000000001', 'd000000000000002', NULL,
   'chicken', 'Internal', 'shop', 'Unset', NULL, '{}', '[]', '[]', 1, 0, 0, 0, 1, 1),
  (13, 1795259162010000000, 1795259162050000000, 40000000, 'dead0000000000000000000000000001', 'd000000000000002', 'd000000000000001', NULL,
   'egg', 'Internal', 'shop', 'Unset', NULL, '{}', '[]', '[]', 1, 0, 0, 0, 1, 1),
  (14, 1795259163000000000, 1795259163010000000, 10000000, 'e000000000000000000000000000000e', 'e000000000000001', NULL, NULL,
   'first root', 'Internal', 'shop', 'Unset', NULL, '{}', '[]', '[]', 1, 0, 0, 0, 1, 1),
  (15, 1795259163020000000, 0, 0, 'e000000000000000000000000000000e', 'e000000000000002', NULL, NULL,
   'second root' || char(10) || 'that never ended', 'Internal', 'shop', 'Unset', NULL, '{}', '[]', '[]', 1, 0, 0, 0, 1, 1);

-- Points every 10 s: a gauge; a counter of a process that starts anew after 30 s; the same as delta; an up-down counter;
-- distributions of all kinds.
INSERT INTO otel_metrics_gauge VALUES
  (100, 1795259160000000000, 0, 'cpu.load', '', '1', 'shop', '{"cpu":0}', 0.25, NULL, 0, '[]', 1, 1),
  (101, 1795259170000000000, 0, 'cpu.load', '', '1', 'shop', '{"cpu":0}', 0.5, NULL, 0, '[]', 1, 1),
  (102, 1795259180000000000, 0, 'cpu.load', '', '1', 'shop', '{"cpu":0}', NULL, NULL, 0, '[]', 1, 1),
  (103, 1795259190000000000, 0, 'cpu.load', '', '1', 'shop', '{"cpu":0}', 0.75, NULL, 0, '[]', 1, 1),
  (104, 1795259200000000000, 0, 'cpu.load', '', '1', 'shop', '{"cpu":0}', 1.0, NULL, 0, '[]', 1, 1),
  (105, 1795259210000000000, 0, 'cpu.load', '', '1', 'shop', '{"cpu":0}', 0.5, NULL, 0, '[]', 1, 1);
INSERT INTO otel_metrics_sum VALUES
  (106, 1795259170000000000, 1795259160000000000, 'requests', 'Requests served.', '{request}', 'shop', '{"http.route":"/checkout"}', 10.0, 10, 2, 1, 0, '[]', 1, 1),
  (107, 1795259180000000000, 1795259160000000000, 'requests', 'Requests served.', '{request}', 'shop', '{"http.route":"/checkout"}', 30.0, 30, 2, 1, 0, '[]', 1, 1),
  (108, 1795259190000000000, 1795259160000000000, 'requests', 'Requests served.', '{request}', 'shop', '{"http.route":"/checkout"}', 60.0, 60, 2, 1, 0, '[]', 1, 1),
  (109, 1795259200000000000, 1795259191000000000, 'requests', 'Requests served.', '{request}', 'shop', '{"http.route":"/checkout"}', 5.0, 5, 2, 1, 0, '[]', 1, 1),
  (110, 1795259210000000000, 1795259191000000000, 'requests', 'Requests served.', '{request}', 'shop', '{"http.route":"/checkout"}', 25.0, 25, 2, 1, 0, '[]', 1, 1),
  (111, 1795259220000000000, 1795259191000000000, 'requests', 'Requests served.', '{request}', 'shop', '{"http.route":"/checkout"}', 45.0, 45, 2, 1, 0, '[]', 1, 1),
  (112, 1795259170000000000, 1795259160000000000, 'requests.delta', '', '{request}', 'payment', '{}', 10.0, 10, 1, 1, 0, '[]', 2, 1),
  (113, 1795259180000000000, 1795259170000000000, 'requests.delta', '', '{request}', 'payment', '{}', 20.0, 20, 1, 1, 0, '[]', 2, 1),
  (114, 1795259190000000000, 1795259180000000000, 'requests.delta', '', '{request}', 'payment', '{}', 30.0, 30, 1, 1, 0, '[]', 2, 1),
  (115, 1795259200000000000, 1795259190000000000, 'requests.delta', '', '{request}', 'payment', '{}', 0.0, 0, 1, 1, 0, '[]', 2, 1),
  (116, 1795259210000000000, 1795259200000000000, 'requests.delta', '', '{request}', 'payment', '{}', 20.0, 20, 1, 1, 0, '[]', 2, 1),
  (117, 1795259170000000000, 1795259160000000000, 'queue.size', '', '1', 'payment', '{}', 3.0, 3, 2, 0, 0, '[]', 2, 1),
  (118, 1795259180000000000, 1795259160000000000, 'queue.size', '', '1', 'payment', '{}', 5.0, 5, 2, 0, 0, '[]', 2, 1),
  (119, 1795259190000000000, 1795259160000000000, 'queue.size', '', '1', 'payment', '{}', -2.0, -2, 2, 0, 0, '[]', 2, 1);
INSERT INTO otel_metrics_histogram VALUES
  (120, 1795259170000000000, 1795259160000000000, 'latency', 'How long it took.', 's', 'shop', '{"http.route":"/checkout"}', 10, 1.0, 0.01, 0.9, '[10, 0, 0]', '[0.1,0.5]', 2, 0, '[]', 1, 1),
  (121, 1795259180000000000, 1795259160000000000, 'latency', 'How long it took.', 's', 'shop', '{"http.route":"/checkout"}', 30, 5.0, 0.01, 0.9, '[20, 10, 0]', '[0.1,0.5]', 2, 0, '[]', 1, 1),
  (122, 1795259190000000000, 1795259160000000000, 'latency', 'How long it took.', 's', 'shop', '{"http.route":"/checkout"}', 40, 9.0, 0.01, 0.9, '[20, 18, 2]', '[0.1,0.5]', 2, 0, '[]', 1, 1);
INSERT INTO otel_metrics_exp_histogram VALUES
  (123, 1795259170000000000, 1795259160000000000, 'size', '', 'By', 'payment', '{}', 10, 1000.0, NULL, NULL, 1, 0, 0.0, 6, '[10, 0]', 0, '[]', 1, 0, '[]', 2, 1),
  (124, 1795259180000000000, 1795259170000000000, 'size', '', 'By', 'payment', '{}', 0, 0.0, NULL, NULL, 0, 0, 0.0, 5, '[0, 0]', 0, '[]', 1, 0, '[]', 2, 1),
  (125, 1795259190000000000, 1795259180000000000, 'size', '', 'By', 'payment', '{}', 30, 3600.0, NULL, NULL, 0, 0, 0.0, 5, '[0, 30]', 0, '[]', 1, 0, '[]', 2, 1);
INSERT INTO otel_metrics_summary VALUES
  (126, 1795259170000000000, 1795259160000000000, 'gc.pause', '', 'ms', 'shop', '{}', 4, 2.0, '[{"quantile":0.5,"value":0.4},{"quantile":0.99,"value":1.5}]', 0, 1, 1),
  (127, 1795259180000000000, 1795259160000000000, 'gc.pause', '', 'ms', 'shop', '{}', 8, 6.0, '[{"quantile":0.5,"value":0.4},{"quantile":0.99,"value":1.5}]', 0, 1, 1);
